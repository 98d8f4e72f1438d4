#!/usr/bin/env bash
# Runs the tests of the log, the key store and the access log in PostgreSQL against real servers, which they start themselves:
# the contracts, many writers on two nodes under a following reader, `pg_ctl stop -m immediate` in the middle of a load, a standby
# that takes over, and a server that stands still.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/postgres/server.sh
BAKEN_TEST_PG_BIN=$pg_bin
export BAKEN_TEST_PG_BIN
# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    export BAKEN_TEST_PG_USER=postgres
fi
"$BAKEN_TEST_PG_BIN/postgres" --version
cargo test -q --workspace --lib -- --ignored postgres
