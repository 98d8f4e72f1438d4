#!/usr/bin/env bash
# Whether somebody hidden can be told from somebody who is not there: SAMPLES (10000) requests for each, by what comes back and by
# how long it takes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/hidden/hidden.py "$binary" "$folder" "${SAMPLES:-10000}"
