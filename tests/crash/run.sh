#!/usr/bin/env bash
# Kills the service with SIGKILL under a load of writes, CYCLES times (50), and looks whether anything that it
# acknowledged is missing or doubled, and whether its read models rebuild equal.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/crash/crash.py "$binary" "$folder" "${CYCLES:-50}"
