#!/usr/bin/env bash
# A steady load of reads and writes for MINUTES (60; 2 for a try), on the embedded log with a world of PERSONS (20000) at
# the start, RATE (200) requests a second. It fails where a request failed, where p99 rose, or where memory grew by more
# than what was written needs; what that means stands in soak.py and in the plot. The figures and the plot go to OUT.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary --release)
out=${OUT:-target/soak}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$out"
PYTHONPATH=tests python3 -B tests/soak/soak.py --binary "$binary" --folder "$folder" --seeds "$PWD/seeds" --out "$out" \
    --minutes "${MINUTES:-60}" --persons "${PERSONS:-20000}" --rate "${RATE:-200}"
