#!/usr/bin/env bash
# Runs the tests of the PostgreSQL log against real servers, which they start themselves: the contract, 64 writers on two
# nodes under a following reader, `pg_ctl stop -m immediate` in the middle of a load, and a standby that takes over.
# The server's programs are Debian's package `postgresql`; it is installed where it is missing and that is possible.
set -euo pipefail
cd "$(dirname "$0")/../.."

programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
if [ -z "$(programs)" ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
BAKEN_TEST_PG_BIN=$(programs)
export BAKEN_TEST_PG_BIN
# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    export BAKEN_TEST_PG_USER=postgres
fi
"$BAKEN_TEST_PG_BIN/postgres" --version
cargo test -q -p baken --lib -- --ignored postgres
