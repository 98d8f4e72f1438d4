#!/usr/bin/env bash
# Lets writes and flushes of the embedded log and of the key store fail, by SIGKILL, EIO and ENOSPC, one in each run of a
# script of 50 commands, and looks what recovery finds. POINTS (60) runs are picked evenly over all that there are; with
# POINTS=all every write and every flush has its turn, once for each fault: once before a release. CHECKPOINT_POINTS (20) are
# picked over those of the log's own file while a longer script runs, long enough for checkpoints.
# It takes strace, which is installed where it is missing and that is possible.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${BAKEN_BINARY:-}" ]; then
    cargo build -q
    BAKEN_BINARY="$PWD/${CARGO_TARGET_DIR:-target}/debug/baken"
fi
# The service would take it for one of its settings.
export -n BAKEN_BINARY
if ! command -v strace >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends strace >/dev/null
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PYTHONPATH=tests
python3 -B tests/faults/faults.py "$BAKEN_BINARY" "$folder/short" "$PWD/seeds" "${POINTS:-60}"
# Fifty commands are too few for a checkpoint to fall among them.
echo "a script of 600 commands, and faults in what its checkpoints write"
python3 -B tests/faults/faults.py "$BAKEN_BINARY" "$folder/long" "$PWD/seeds" "${CHECKPOINT_POINTS:-20}" 60 log.db
