#!/usr/bin/env bash
# Copies a log of PERSONS (150) simulated persons from SQLite to a real PostgreSQL and back into another file, each time
# cut off with SIGKILL again and again, up to KILLS (8) times, and looks with programs that are not our own whether
# the three are equal.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build -q
binary="${BAKEN_BINARY:-${CARGO_TARGET_DIR:-target}/debug/baken}"
export -n BAKEN_BINARY

programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
if [ -z "$(programs)" ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
# The server refuses to run as root.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder=$(mktemp -d)
chmod 777 "$folder"
stop() {
    as_server "$(programs)/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_server "$(programs)/initdb" -D "$folder/data" -U baken -A trust -E UTF8 --locale=C >/dev/null
as_server "$(programs)/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" start >/dev/null
as_server "$(programs)/createdb" -h 127.0.0.1 -p "$port" -U baken log

"$binary" simulate --persons "${PERSONS:-150}" --seed 4 --data "$folder/from" 2>/dev/null
python3 tests/copy/copy.py "$binary" "$folder" "postgres://baken@127.0.0.1:$port/log" "$(programs)/psql" "${KILLS:-8}"
