#!/usr/bin/env bash
# Keys, while they are rolled and destroyed:
# - the key-encryption key of PERSONS (100000) persons is rolled, and KILLS (5) times a process is killed that rolls it, while
#   clients read and write all the time: no request fails. SIMULATED (all) of the persons have a whole path; the others were
#   seen once, which takes a debug build much less time;
# - of HISTORIES (100) random histories half are erased, and every file is searched for what described them;
# - an erasure is killed at POINTS (all) of its writes, flushes, renamings and deletions: it is finished at the restart, or was
#   never begun.
# With a debug build fewer persons will do. It takes strace, which is installed where it is missing and that is possible.
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
mkdir "$folder/rotation" "$folder/canaries" "$folder/kills"
python3 -B tests/keys/rotation.py "$binary" "$folder/rotation" "$PWD/seeds" "${PERSONS:-100000}" \
    "${SIMULATED:-${PERSONS:-100000}}" "${KILLS:-5}"
rm -rf "$folder/rotation"
python3 -B tests/keys/erasure.py canaries "$binary" "$folder/canaries" "$PWD/seeds" "${HISTORIES:-100}"
python3 -B tests/keys/erasure.py kills "$binary" "$folder/kills" "$PWD/seeds" "${POINTS:-all}"
