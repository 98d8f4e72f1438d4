#!/usr/bin/env bash
# Sends webhooks to a receiver that verifies every signature with the npm package of Standard Webhooks and fails half of
# the time, while the service is killed with SIGKILL KILLS times (4). Nothing that was acknowledged may be missing.
#
# Needs Node.js 20 and npm; without them it fails, unless BAKEN_WEBHOOKS_ALLOW_SKIP=1 says that this is all right.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v node >/dev/null || ! command -v npm >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "webhooks: Node.js 20 and npm are needed; set BAKEN_WEBHOOKS_ALLOW_SKIP=1 to skip this" >&2
    [ "${BAKEN_WEBHOOKS_ALLOW_SKIP:-}" = 1 ] && exit 0
    exit 1
fi

. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp tests/webhooks/package.json tests/webhooks/package-lock.json tests/webhooks/receiver.mjs "$folder"
# No script of a package is run; the lock file holds the checksum of each.
(cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$folder/npm.log" 2>&1 || {
    cat "$folder/npm.log" >&2
    exit 1
}
(cd "$folder" && node receiver.mjs "$binary" "$folder/data" "${KILLS:-4}")
