#!/usr/bin/env bash
# Whether somebody hidden can be told from somebody who is not there: SAMPLES (10000) requests for each, by what comes back and by
# how long it takes. BAKEN_BINARY is the build to ask; a debug build is made where it is not given.
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
PYTHONPATH=tests python3 -B tests/hidden/hidden.py "$BAKEN_BINARY" "$folder" "${SAMPLES:-10000}"
