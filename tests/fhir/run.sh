#!/usr/bin/env bash
# Checks the access log as FHIR audit events. BAKEN_BINARY is the build to ask; a debug build is made where it is not given.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${BAKEN_BINARY:-}" ]; then
    cargo build -q
    BAKEN_BINARY="${CARGO_TARGET_DIR:-target}/debug/baken"
fi
# The service would take it for one of its settings.
export -n BAKEN_BINARY
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/fhir/fhir.py "$BAKEN_BINARY" "$folder"
