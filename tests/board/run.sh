#!/bin/sh
# Starts the demo and plays the day of each role on the board, in a real browser: Debian's Chromium, by Playwright. Every page
# that is visited is checked by axe-core (WCAG 2.2 AA), for its content security policy, its weight, 400 % zoom and keyboard.
#
#     tests/board/run.sh                    # every day
#     DAYS="shelter police" tests/board/run.sh
#
# Needs Node.js 20 and npm. Chromium is installed where it is missing and this runs as root on Debian. BAKEN_SHOTS names a
# folder for pictures of the pages; they are thrown away otherwise.
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
    echo "board: $1" >&2
    exit 1
}

command -v node >/dev/null 2>&1 || fail "Node.js is not installed"
command -v npm >/dev/null 2>&1 || fail "npm is not installed"
if ! command -v chromium >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || fail "Chromium is not installed"
    { apt-get update && apt-get install -y --no-install-recommends chromium; } >"$work/apt.log" 2>&1 || {
        cat "$work/apt.log" >&2
        fail "Chromium could not be installed"
    }
fi

. "$root/tests/binary.sh"
binary=$(cd "$root" && baken_binary --features parquet)

cp -r "$here/package.json" "$here/package-lock.json" "$here"/*.mjs "$here/days" "$work"
# No script of a package is run; the lock file holds the checksum of each.
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$work/npm.log" 2>&1 || {
    cat "$work/npm.log" >&2
    fail "Playwright and axe could not be installed"
}

export BAKEN_URL BAKEN_SHOTS="${BAKEN_SHOTS:-$work/shots}" BAKEN_DATA BAKEN_BIN="$binary"
mkdir -p "$BAKEN_SHOTS"
status=0
for day in ${DAYS:-$(cd "$here/days" && ls *.mjs | sed 's/\.mjs$//')}; do
    # Each day has a demo of its own: what one role does is not in another's way.
    BAKEN_DATA="$work/data-$day"
    # Sessions last long enough for a page to be looked at, but for the day that waits for their end.
    unset BAKEN_DEMO_SESSION_IDLE
    [ "$day" != session ] || export BAKEN_DEMO_SESSION_IDLE=5
    # Rate limits would answer for the service: they are lifted.
    BAKEN_DEMO_UNLIMITED=1 "$binary" demo --port 0 --data "$BAKEN_DATA" >"$work/out" 2>"$work/trace" &
    service=$!
    waited=0
    while [ ! -s "$BAKEN_DATA/address" ]; do
        if ! kill -0 "$service" 2>/dev/null || [ "$waited" -ge 300 ]; then
            cat "$work/trace" >&2
            fail "the demo did not start"
        fi
        sleep 0.1
        waited=$((waited + 1))
    done
    BAKEN_URL=$(cat "$BAKEN_DATA/address")
    timeout 600 node --test --test-force-exit --test-reporter=spec "$work/days/$day.mjs" || status=1
    kill "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
    service=
done
[ "$status" = 0 ] || fail "a day failed"
