#!/usr/bin/env bash
# Copies a log of PERSONS (150) simulated persons from SQLite to a real PostgreSQL and back into another file, each time
# cut off with SIGKILL again and again, up to KILLS (8) times, and looks with programs that are not our own whether
# the three are equal. Then moves the keys there and back too, and serves from the log and the keys in PostgreSQL what
# is rebuilt from the files.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/postgres/server.sh
. tests/binary.sh
binary=$(baken_binary --features postgres)

folder=$(mktemp -d)
chmod 711 "$folder"
stop() {
    stop_postgres "$folder/postgres"
    rm -rf "$folder"
}
trap stop EXIT
start_postgres "$folder/postgres" "" log keys

"$binary" simulate --persons "${PERSONS:-150}" --seed 4 --data "$folder/from" 2>/dev/null
PYTHONPATH=tests python3 -B tests/copy/copy.py "$binary" "$folder" "postgres://baken@127.0.0.1:$PGPORT" "$(pwd)/seeds" \
    "$pg_bin/psql" "${KILLS:-8}"
