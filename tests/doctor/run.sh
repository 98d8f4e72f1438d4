#!/usr/bin/env bash
# `baken doctor`, as an operator runs it, on every engine that can be had here: memory, a file, and a PostgreSQL server that
# is started for it. (On KurrentDB: in `cargo test`, against a double.) And a build without an engine says how it is had.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/postgres/server.sh
binary=${BAKEN_BINARY:-}
if [ -z "$binary" ]; then
    cargo build -q
    for engine in postgres kurrentdb; do
        said=$("${CARGO_TARGET_DIR:-target}/debug/baken" doctor --log "$engine://db/log" 2>&1) && exit 1
        [[ $said == *"--features $engine"* ]] || { echo "$said"; exit 1; }
    done
    cargo build -q --features postgres
    binary="$PWD/${CARGO_TARGET_DIR:-target}/debug/baken"
fi

folder=$(mktemp -d)
chmod 711 "$folder"
trap 'stop_postgres "$folder/postgres"; rm -rf "$folder"' EXIT
start_postgres "$folder/postgres" "" log
for log in memory: "sqlite:$folder/log.db" "postgres://baken@127.0.0.1:$PGPORT/log"; do
    printf '%s\n' "${log%%:*}"
    "$binary" doctor --log "$log"
done
