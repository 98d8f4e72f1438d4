#!/usr/bin/env bash
# The benchmark, with everything it is held against: builds, starts and stops what it needs in a temporary folder, keeps
# the raw results in docs/benchmarks/ as JSON, and makes docs/benchmarks.md and its plots from them.
#
#   services/baken/benches/run.sh                                          about an hour, on a quiet machine
#   ROUNDS=1 SECONDS_EACH=1 PERSONS=1000 services/baken/benches/run.sh     to try it
#
# Needs cargo, python3 with venv, and npm; installs Debian's `postgresql` and `protobuf-compiler` where they are missing
# and that is possible.
set -euo pipefail
cd "$(dirname "$0")/../../.."
export PYTHONDONTWRITEBYTECODE=1

rounds=${ROUNDS:-5}                         # of each contender, interleaved
seconds=${SECONDS_EACH:-3}                  # of each round
persons=${PERSONS:-10000 100000 1000000}    # sizes of the simulated city, for the reads
read -r first second _ <<<"$persons"
rebuilt=${REBUILT:-${second:-$first}}       # size of the city whose read models are rebuilt
clients=${CLIENTS:-1,16,64,256}             # of the log layer
connections=${CONNECTIONS:-64}              # at most, of each peer that is asked through PostgreSQL
parts=${PARTS:-log http stream rebuild kurrentdb} # what is measured; the page shows the last results of the others
readers=${READERS:-1000}                    # of the stream
results=${RESULTS:-docs/benchmarks}         # JSON; the page and its plots lie beside it
cities=${CITIES:-}                          # a folder to keep the simulated cities in, for the next run
target=${CARGO_TARGET_DIR:-$PWD/target}

. tests/postgres/server.sh
export PATH="$pg_bin:$PATH"
if ! command -v protoc >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends protobuf-compiler >/dev/null
fi

work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/baken-bench.XXXXXX")
chmod 711 "$work"
umadb=
stop() {
    [ -z "$umadb" ] || kill "$umadb" 2>/dev/null || true
    stop_postgres "$work/postgres"
    rm -rf "$work"
}
trap stop EXIT
export TMPDIR=$work
mkdir -p "$results"

say() { printf '\n== %s\n' "$*" >&2; }
wants() { [[ " $parts " == *" $1 "* ]]; }

say "building"
if wants log; then
    cargo build -q --release --locked --target-dir "$target" --manifest-path services/baken/benches/peers/Cargo.toml
    cargo build -q --release --locked --target-dir "$target" --manifest-path services/baken/benches/peers/cqrs/Cargo.toml
fi
if wants http || wants stream || wants rebuild; then
    cargo bench -q --locked -p baken --no-run --bench http_bench --bench stream_bench --bench rebuild_bench
fi
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check matplotlib
python3 services/baken/benches/page.py machine "$work" "$results/machine.json" $parts

if wants log || wants http; then
    say "starting PostgreSQL, as it comes but for the number of connections"
    start_postgres "$work/postgres" "-c max_connections=300" baken plain cqrs reads
fi

if wants log; then
    say "installing message-db, starting UmaDB"
    (cd "$work" && npm pack --silent @eventide/message-db@1.3.1 >/dev/null && tar xzf eventide-message-db-*.tgz)
    bash "$work/package/database/install.sh" >/dev/null
    uma_port=$(free_port)
    "$target/release/baken-peers" umadb --listen "127.0.0.1:$uma_port" --db-path "$work/uma" >/dev/null &
    umadb=$!
    say "log layer: durable appends, Baken and its peers"
    "$target/release/baken-peers" --folder "$work" --postgres "postgres://baken@127.0.0.1:$PGPORT" \
        --umadb "127.0.0.1:$uma_port" --cqrs "$target/release/baken-peer-cqrs" --clients "$clients" \
        --rounds "$rounds" --seconds "$seconds" --connections "$connections" --out "$results/log.json"
    kill "$umadb" && umadb=
    rm -rf "$work/uma" "$work"/log.db*
    for database in baken plain cqrs message_store; do dropdb "$database"; done
fi

# What a benchmark of Baken prints, tables and figures, kept as JSON.
keep() {
    local name=$1
    shift
    cargo bench -q --locked -p baken "$@" | tee "$work/printed" >&2
    python3 services/baken/benches/page.py keep "$work/printed" "$results/$name.json"
}
# The benchmarks write to a city, so that each begins with one as it was simulated.
city() {
    rm -rf "$work"/city-*
    [ -n "$cities" ] || return 0
    local city=$cities/city-$1
    if [ ! -e "$city/simulated" ]; then
        rm -rf "$city" && mkdir -p "$city"
        cargo bench -q --locked -p baken --bench rebuild_bench -- --fill "$city" --persons "$1" >&2
        touch "$city/simulated"
    fi
    cp -r "$city" "$work/"
}
if wants rebuild; then
    city "$rebuilt"
    say "rebuild of the read models of $rebuilt persons"
    keep rebuild --bench rebuild_bench -- --persons "$rebuilt" --rounds "$rounds" --data "$work"
fi
if wants http; then
    rm -f "$results"/http-*.json
    for number in $persons; do
        say "HTTP with $number persons"
        city "$number"
        keep "http-$number" --bench http_bench -- --persons "$number" --seconds "$seconds" --rounds "$rounds" \
            --postgres "postgres://baken@127.0.0.1:$PGPORT/reads" --data "$work"
    done
fi
if wants stream; then
    say "the stream, with $readers readers"
    keep stream --bench stream_bench -- --readers "$readers" --seconds "$seconds"
fi

if wants kurrentdb; then
    say "the log in KurrentDB, against a double"
    cargo bench -q --locked -p event-log --features testing --bench kurrentdb_bench | tee "$work/printed" >&2
    python3 services/baken/benches/page.py keep "$work/printed" "$results/kurrentdb.json"
fi

say "the page"
"$work/venv/bin/python" services/baken/benches/page.py page "$results"
