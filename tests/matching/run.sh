#!/usr/bin/env bash
# Measures precision and recall of the suggestions of who may be the same, on labelled synthetic records, beside Splink on
# the same records. PERSONS (2000) and SEED (18) may be set. It writes the table of docs/matching.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
service=
trap '[ -n "$service" ] && kill "$service" 2>/dev/null; rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check -r tests/matching/requirements.txt

# Rate limits would answer for the service: they are lifted.
BAKEN_DEMO_UNLIMITED=1 "$binary" demo --port 0 --data "$folder/data" >"$folder/out" 2>"$folder/trace" &
service=$!
for _ in $(seq 200); do
    [ -s "$folder/data/address" ] && break
    sleep 0.2
done
url=$(cat "$folder/data/address")
token() { "$binary" token "$1" --data "$folder/data"; }
"$folder/venv/bin/python" tests/matching/measure.py "$url" "$(token night-shelter-rotterdam)" \
    "$(token coordinator-amsterdam)" "${PERSONS:-2000}" "${SEED:-18}"
