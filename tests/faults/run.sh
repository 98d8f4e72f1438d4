#!/usr/bin/env bash
# Lets writes and flushes of the embedded log and of the key store fail, by SIGKILL, EIO and ENOSPC, one in each run of a
# script of 50 commands, and looks what recovery finds. POINTS (60) runs or more are picked evenly over all that there are; with
# POINTS=all every write and every flush has its turn, once for each fault: once before a release. Of what
# checkpoints write while commands run, which takes longer scripts, CHECKPOINT_POINTS (12) are picked.
# It takes strace, which is installed where it is missing and that is possible.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
if ! command -v strace >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends strace >/dev/null
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PYTHONPATH=tests
fail() { python3 -B tests/faults/faults.py "$binary" "$folder/$1" "$PWD/seeds" "${@:2}"; }
fail short "${POINTS:-60}"
echo "600 commands, enough for a checkpoint of the log among them, and faults in what it writes"
fail log "${CHECKPOINT_POINTS:-12}" 60 9 log.db
echo "1,000 persons, enough for one of the key store"
fail keys "${CHECKPOINT_POINTS:-12}" 1000 0 keys.db
