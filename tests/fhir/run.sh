#!/usr/bin/env bash
# Checks the access log as FHIR audit events.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/fhir/fhir.py "$binary" "$folder"
