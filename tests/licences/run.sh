#!/usr/bin/env bash
# Licences, banned crates and sources of everything that is linked in, and known vulnerabilities: see deny.toml. The advisories
# are those of RustSec's database as it is in tests/licences/advisories, so that the answer is the same everywhere; its
# README says how to bring it up to date.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! cargo deny --version >/dev/null 2>&1; then
    cargo install cargo-deny --version 0.20.2 --locked --no-default-features
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Also what other platforms would link in: the check looks at all of them.
cargo fetch --locked -q
cargo deny --offline check licenses bans sources

advisories=tests/licences/advisories
as_of=$(sed -n 's/^As of \([0-9-]*\)\..*/\1/p' "$advisories/README.md")
mkdir "$folder/source"
tar -xJf "$advisories/advisory-db.tar.xz" -C "$folder/source"
# cargo-deny fetches a database with git, which is told to find it here.
git -C "$folder/source" init -q -b main
git -C "$folder/source" add .
git -C "$folder/source" -c user.name=baken -c user.email=baken@localhost commit -q -m "$as_of"
database=https://github.com/RustSec/advisory-db
{
    cat deny.toml
    printf '\n[advisories]\ndb-path = "%s"\ndb-urls = ["%s"]\n' "$folder/database" "$database"
} >"$folder/deny.toml"
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.file://$folder/source.insteadOf" GIT_CONFIG_VALUE_0=$database \
    cargo deny --config "$folder/deny.toml" check advisories
echo "advisories as of $as_of"
