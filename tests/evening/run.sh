#!/usr/bin/env bash
# A shelter's evening of twelve guests, one of whom does not come, in at most fifteen calls, and the coordinator's morning
# after it, which starts with whom to look for. It counts the calls and looks at what came of them. It takes seconds.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/evening/evening.py "$binary" "$folder" "$(pwd)/seeds"
