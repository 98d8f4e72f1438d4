#!/usr/bin/env bash
# Kills the service with SIGKILL under a load of writes, CYCLES times (50), and looks whether anything that it
# acknowledged is missing or doubled, and whether its read models rebuild equal.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build -q
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 tests/crash/crash.py "${CARGO_TARGET_DIR:-target}/debug/baken" "$folder" "${CYCLES:-50}"
