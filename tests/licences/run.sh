#!/usr/bin/env bash
# Licences, banned crates and sources of everything that is linked in: see deny.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! cargo deny --version >/dev/null 2>&1; then
    cargo install cargo-deny --version 0.20.2 --locked --no-default-features
fi
# Also what other platforms would link in: the check looks at all of them.
cargo fetch --locked -q
cargo deny --offline check licenses bans sources
