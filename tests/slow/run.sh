#!/usr/bin/env bash
# Slow clients: SLOW (1000) connections that send a request byte by byte, or none at all, beside others that ask as usual.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/slow/slow.py "$binary" "$folder" "${SLOW:-1000}"
