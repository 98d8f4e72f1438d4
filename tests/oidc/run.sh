#!/bin/sh
# Starts a real OpenID provider on a loopback port and runs a command against it: by default the test that verifies
# the provider's tokens through Baken's own code.
#
#     tests/oidc/run.sh                 # the test
#     tests/oidc/run.sh COMMAND ARG…    # anything else, such as a shell or another test
#
# The command finds in its environment:
#     BAKEN_OIDC_ISSUER    the issuer
#     BAKEN_OIDC_JWKS      the address of its keys
#     BAKEN_OIDC_AUDIENCE  the audience of its access tokens
#     BAKEN_OIDC_TOKENS    a file: {"accepted": {USER: {role, algorithm, token}}, "refused": {WHAT: {code, token}}}
#     BAKEN_OIDC_ROTATE    an address: a POST to it replaces the provider's keys, and the tokens in the file
#     BAKEN_OIDC_BOARD_SECRET  the secret of the client `baken-board`, that people sign in to the board with
#     BAKEN_OIDC_RESOURCE  what the board's access tokens are for (RFC 8707)
#
# Needs Node.js 20 and npm; without them it fails, unless BAKEN_OIDC_ALLOW_SKIP=1 says that this is all right.
# BAKEN_OIDC_USERS names another file of users than the demo world's, and BAKEN_OIDC_CALLBACK another address that the
# provider sends people back to than that of the test.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
users=${BAKEN_OIDC_USERS:-$root/seeds/demo/users.json}

cannot_run() {
    if [ "${BAKEN_OIDC_ALLOW_SKIP:-}" = 1 ]; then
        echo "oidc: skipped: $1" >&2
        exit 0
    fi
    echo "oidc: $1; set BAKEN_OIDC_ALLOW_SKIP=1 to skip the tests with a real OpenID provider" >&2
    exit 1
}

fail() {
    echo "oidc: $1" >&2
    exit 1
}

command -v node >/dev/null 2>&1 || cannot_run "Node.js is not installed"
command -v npm >/dev/null 2>&1 || cannot_run "npm is not installed"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || cannot_run "Node.js 20 is needed, this is $major"
[ -r "$users" ] || fail "there is no file of users at $users"

work=$(mktemp -d)
provider=
stop() {
    [ -z "$provider" ] || kill "$provider" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cp "$here/package.json" "$here/package-lock.json" "$here/provider.mjs" "$work"
mkdir "$work/out"
# No script of a package is run; the lock file holds the checksum of each.
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$work/npm.log" 2>&1 || {
    cat "$work/npm.log" >&2
    fail "the OpenID provider could not be installed"
}

node "$work/provider.mjs" "$users" "$work/out" >"$work/provider.log" 2>&1 &
provider=$!
waited=0
while [ ! -e "$work/out/env" ]; do
    if ! kill -0 "$provider" 2>/dev/null || [ "$waited" -ge 300 ]; then
        cat "$work/provider.log" >&2
        fail "the OpenID provider did not start"
    fi
    sleep 0.1
    waited=$((waited + 1))
done

set -a
# shellcheck source=/dev/null
. "$work/out/env"
set +a
echo "oidc: issuer $BAKEN_OIDC_ISSUER, keys at $BAKEN_OIDC_JWKS, tokens in $BAKEN_OIDC_TOKENS"

if [ $# -eq 0 ]; then
    # Cargo succeeds when a filter matches no test; so the line that says that the test has passed is looked for.
    test=edge::auth::tests::real_provider::tokens_of_a_real_openid_provider_are_verified_before_and_after_it_changes_its_keys
    (cd "$root" && cargo test --workspace --lib -- --ignored --exact "$test") >"$work/test.log" 2>&1 || {
        cat "$work/test.log" "$work/provider.log" >&2
        fail "the tokens of the OpenID provider were not verified as they should be"
    }
    grep "^test $test \.\.\. ok\$" "$work/test.log" || {
        cat "$work/test.log" >&2
        fail "the test did not run"
    }
else
    status=0
    "$@" || status=$?
    [ "$status" -eq 0 ] || cat "$work/provider.log" >&2
    exit "$status"
fi
