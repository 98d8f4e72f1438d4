#!/bin/sh
# Makes the vendored files of this folder again, from packages whose versions and checksums are in vendor/package-lock.json.
# The files are in the repository: neither a build nor a test needs this. It needs Node.js 20 and npm.
#
#     services/board/assets/vendor.sh            # writes the files
#     services/board/assets/vendor.sh --check    # fails if they would change
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here/vendor/package.json" "$here/vendor/package-lock.json" "$here"/vendor/*.mjs "$work"
# No script of a package is run; the lock file holds the checksum of each.
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
mkdir "$work/out"
node "$work/vendor.mjs" "$here" "$work/out"
if [ "${1:-}" = --check ]; then
    for file in "$work"/out/*; do
        cmp "$file" "$here/$(basename "$file")"
    done
else
    cp "$work"/out/* "$here"
fi
