#!/usr/bin/env bash
# Copies a log of PERSONS (150) simulated persons from SQLite to a real PostgreSQL and back into another file, each time
# cut off with SIGKILL again and again, up to KILLS (8) times, and looks with programs that are not our own whether
# the three are equal.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/postgres/server.sh
binary=${BAKEN_BINARY:-}
# The service would take it for one of its settings.
export -n BAKEN_BINARY
if [ -z "$binary" ]; then
    cargo build -q
    binary="${CARGO_TARGET_DIR:-target}/debug/baken"
fi

folder=$(mktemp -d)
chmod 711 "$folder"
stop() {
    stop_postgres "$folder/postgres"
    rm -rf "$folder"
}
trap stop EXIT
start_postgres "$folder/postgres" "" log

"$binary" simulate --persons "${PERSONS:-150}" --seed 4 --data "$folder/from" 2>/dev/null
python3 tests/copy/copy.py "$binary" "$folder" "postgres://baken@127.0.0.1:$PGPORT/log" "$pg_bin/psql" "${KILLS:-8}"
