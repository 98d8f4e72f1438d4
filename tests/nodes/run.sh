#!/usr/bin/env bash
# Three nodes on one PostgreSQL, one killed every few seconds under load, for SECONDS_OF_LOAD (30; 600 once before a
# release): nothing acknowledged is lost or doubled, and somebody answers throughout.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=${BAKEN_BINARY:-}
# The service would take it for one of its settings.
export -n BAKEN_BINARY
if [ -z "$binary" ]; then
    cargo build -q
    binary="$PWD/${CARGO_TARGET_DIR:-target}/debug/baken"
fi

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
    pkill -9 -f "$folder/node-" 2>/dev/null || true
    as_server "$(programs)/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_server "$(programs)/initdb" -D "$folder/data" -U baken -A trust -E UTF8 --locale=C >/dev/null
as_server "$(programs)/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" start >/dev/null
for database in log keys; do
    as_server "$(programs)/createdb" -h 127.0.0.1 -p "$port" -U baken "$database"
done
mkdir "$folder/issuer"
python3 tests/nodes/nodes.py "$binary" "$folder" "postgres://baken@127.0.0.1:$port" "$(pwd)/seeds" \
    "${SECONDS_OF_LOAD:-30}" "${KILL_EVERY:-3}"
