#!/usr/bin/env bash
# Holds the monitor against other implementations: `baken monitor estimate` against Python's statsmodels and, where it is
# installed, R's glm, on random tables; the disclosure control against the auditor of pytauargus on random releases; the
# exports against csvwlib and pyjstat. TABLES (200), SEED (21) and RELEASES (3) may be set. It needs Python 3 with pip; R is
# Debian's `r-base-core`.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build -q -p baken
binary="${CARGO_TARGET_DIR:-target}/debug/baken"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check -r tests/monitor/requirements.txt
"$folder/venv/bin/python" tests/monitor/compare.py "$binary" "$folder" "${TABLES:-200}" "${SEED:-21}"

mkdir "$folder/releases"
cargo run -q -p monitor --example disclosure "$folder/releases" "${RELEASES:-3}"
"$folder/venv/bin/python" tests/monitor/disclosure.py "$folder/releases"
