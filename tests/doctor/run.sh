#!/usr/bin/env bash
# `baken doctor`, as an operator runs it, on every engine that can be had here: memory, a file, and a PostgreSQL server that
# is started for it. (On KurrentDB: in `cargo test`, against a double.) And a build without an engine says how it is had.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/postgres/server.sh
. tests/binary.sh
binary=$(baken_binary --features postgres)
said=$("$binary" doctor --log kurrentdb://db/log 2>&1) && exit 1
[[ $said == *"--features kurrentdb"* ]] || { echo "$said"; exit 1; }

folder=$(mktemp -d)
chmod 711 "$folder"
trap 'stop_postgres "$folder/postgres"; rm -rf "$folder"' EXIT
start_postgres "$folder/postgres" "" log
for log in memory: "sqlite:$folder/log.db" "postgres://baken@127.0.0.1:$PGPORT/log"; do
    printf '%s\n' "${log%%:*}"
    "$binary" doctor --log "$log"
done
