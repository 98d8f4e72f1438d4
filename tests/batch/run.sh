#!/usr/bin/env bash
# Sends LINES (100000) simulated lines as batches to a service of its own, cut off at random and sent again until they
# are accepted, and compares its log with that of a clean run; then LINES in one batch, and how much memory that takes.
# PROFILE=release for figures worth quoting.
set -euo pipefail
cd "$(dirname "$0")/../.."
profile=${PROFILE:-dev}
. tests/binary.sh
binary=$(baken_binary --profile "$profile")
BAKEN_BINARY="$binary" LINES="${LINES:-100000}" \
    cargo test -q --workspace --test acceptance --profile "$([ "$profile" = dev ] && echo test || echo "$profile")" \
    -- --ignored --nocapture --test-threads 1 batch::large
