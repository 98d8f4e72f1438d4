#!/usr/bin/env bash
# Kills the service with SIGKILL under a load of writes, CYCLES times (50), and looks whether anything that it
# acknowledged is missing or doubled, and whether its read models rebuild equal. BAKEN_BINARY is the build to kill; a debug
# build is made where it is not given.
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
PYTHONPATH=tests python3 -B tests/crash/crash.py "$BAKEN_BINARY" "$folder" "${CYCLES:-50}"
