#!/usr/bin/env bash
# Three nodes on one PostgreSQL, one killed every few seconds under load, for SECONDS_OF_LOAD (30; 600 once before a
# release): nothing acknowledged is lost or doubled, somebody answers throughout, and each answer is in the access log that they
# share. KILL_EVERY (3) is the rest between two kills, beside the time that a node takes to start again.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/postgres/server.sh
. tests/binary.sh
binary=$(baken_binary --features postgres)

folder=$(mktemp -d)
chmod 711 "$folder"
stop() {
    pkill -9 -f "$folder/node-" 2>/dev/null || true
    stop_postgres "$folder/postgres"
    rm -rf "$folder"
}
trap stop EXIT
start_postgres "$folder/postgres" "" log keys access
mkdir "$folder/issuer"
PYTHONPATH=tests python3 -B tests/nodes/nodes.py "$binary" "$folder" "postgres://baken@127.0.0.1:$PGPORT" "$(pwd)/seeds" \
    "$pg_bin/psql" "${SECONDS_OF_LOAD:-30}" "${KILL_EVERY:-3}"
