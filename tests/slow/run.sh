#!/usr/bin/env bash
# Slow clients: SLOW (1000) connections that send a request byte by byte, or none at all, beside others that ask as usual.
# BAKEN_BINARY is the build to ask; a debug build is made where it is not given.
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
PYTHONPATH=tests python3 -B tests/slow/slow.py "$BAKEN_BINARY" "$folder" "${SLOW:-1000}"
