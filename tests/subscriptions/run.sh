#!/bin/sh
# Starts the demo and speaks to its subscriptions with clients that are not Baken's own: `graphql-ws`, by the protocol's
# authors, and `ws` where the protocol is broken on purpose.
#
# Needs Node.js 20 and npm.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
service=
stop() {
    [ -z "$service" ] || kill "$service" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "subscriptions: $1" >&2
    exit 1
}

command -v node >/dev/null 2>&1 || fail "Node.js is not installed"
command -v npm >/dev/null 2>&1 || fail "npm is not installed"
. "$root/tests/binary.sh"
binary=$(cd "$root" && baken_binary)

cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs "$work"
# No script of a package is run; the lock file holds the checksum of each.
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$work/npm.log" 2>&1 || {
    cat "$work/npm.log" >&2
    fail "the clients could not be installed"
}

# Rate limits would answer for the service: they are lifted.
BAKEN_DEMO_UNLIMITED=1 "$binary" demo --port 0 --data "$work/data" >"$work/out" 2>"$work/trace" &
service=$!
waited=0
while [ ! -s "$work/data/address" ]; do
    if ! kill -0 "$service" 2>/dev/null || [ "$waited" -ge 300 ]; then
        cat "$work/trace" >&2
        fail "the demo did not start"
    fi
    sleep 0.1
    waited=$((waited + 1))
done

for user in $("$binary" token --list); do
    "$binary" token "$user" --data "$work/data" >"$work/$user.token" 
done

export BAKEN_URL BAKEN_DATA="$work/data" BAKEN_PID="$service" BAKEN_TOKENS="$work"
BAKEN_URL=$(cat "$work/data/address")
export BAKEN_SCHEMA="$root/api-spec/schema.graphql"
# The last one ends the service.
for part in ${PARTS:-subscriptions protocol end}; do
    timeout 300 node --test --test-force-exit --test-reporter=spec "$work/$part.mjs" || fail "$part.mjs failed"
done
