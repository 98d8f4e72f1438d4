#!/usr/bin/env bash
# A shelter's evening of twelve guests, one of whom does not come, in at most fifteen calls, and the coordinator's morning
# after it, which starts with whom to look for. It counts the calls and looks at what came of them. It takes seconds.
# BAKEN_BINARY is the build that serves; a debug build is made where it is not given.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${BAKEN_BINARY:-}" ]; then
    cargo build -q
    BAKEN_BINARY="${CARGO_TARGET_DIR:-target}/debug/baken"
fi
# The service would take it for one of its settings.
export -n BAKEN_BINARY
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/evening/evening.py "$BAKEN_BINARY" "$folder" "$(pwd)/seeds"
