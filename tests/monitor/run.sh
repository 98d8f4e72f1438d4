#!/usr/bin/env bash
# Holds the monitor against other implementations: `baken monitor estimate` against Python's statsmodels and, where it is
# installed, R's glm, on random tables; the disclosure control against the auditor of pytauargus and the programs
# of scipy on random releases; the exports against csvwlib, pyjstat and pyarrow; and what is counted of a simulated city against a script that counts it from the events.
# TABLES (200), SEED (21), RELEASES (3) and PERSONS (1500) may be set. It needs Python 3 with pip; R is
# Debian's `r-base-core`.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check -r tests/monitor/requirements.txt
"$folder/venv/bin/python" tests/monitor/compare.py "$binary" "$folder" "${TABLES:-200}" "${SEED:-21}"

mkdir "$folder/releases"
cargo run -q -p monitor --features parquet --example disclosure "$folder/releases" "${RELEASES:-3}"
"$folder/venv/bin/python" tests/monitor/disclosure.py "$folder/releases"
"$folder/venv/bin/python" tests/monitor/joint.py "$folder/releases"

mkdir "$folder/city"
BAKEN_CITY="$folder/city" BAKEN_PERSONS="${PERSONS:-1500}" \
    cargo test -q --workspace --lib a_city_is_written_out -- --ignored --nocapture
"$folder/venv/bin/python" tests/monitor/indicators.py "$folder/city"
