#!/usr/bin/env bash
# Tamper evidence by other means than our own: the leaves of a demo's log are computed again in Python from the tables, and Go's
# golang.org/x/mod/sumdb verifies its checkpoints, roots, inclusion and consistency proofs and a cosignature, and signs a
# checkpoint that `baken verify` takes. A proof of who saw somebody is verified in Python, and its checkpoint and a certificate of
# erasure in Go. Then it is measured how fast a log of PERSONS (1000) simulated persons is verified.
# Go and its package are Debian's, which are installed where they are missing and that is possible.
set -euo pipefail
cd "$(dirname "$0")/../.."
modules=/usr/share/gocode
if ! [ -d "$modules/src/golang.org/x/mod/sumdb" ] || ! command -v go >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go golang-golang-x-mod-dev >/dev/null
fi
. tests/binary.sh
binary=$(baken_binary)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -B tests/tamper/tamper.py "$binary" "$folder"

sizes=$(ls "$folder/kept/checkpoints" | sed 's/^0*//; s/^$/0/')
# More trees than were signed would have no roots to hold proofs against.
# shellcheck disable=SC2086
cargo run -q -p transparency --example prove -- "$folder/kept/leaves" $sizes >"$folder/proofs.json"
key="$folder/data/checkpoint.key"
GO111MODULE=off GOPATH="$modules" GOCACHE="$folder/go" GOFLAGS= go run tests/tamper/oracle/main.go \
    "$folder/kept" "$folder/proofs.json" "$key.pub" "$folder/cosigned" "$folder/second.pub" "$key" "$folder/by-go"
"$binary" verify --data "$folder/data" --key "$key.pub" --checkpoint "$folder/by-go" | grep "events are"
python3 -B tests/tamper/proof.py "$folder/proof" "$folder/proved"
GO111MODULE=off GOPATH="$modules" GOCACHE="$folder/go" GOFLAGS= go run tests/tamper/notes/main.go \
    "$key.pub" "$folder/proved" "$folder/certificate" "$folder"/kept/access/*/checkpoints/*

"$binary" simulate --persons "${PERSONS:-1000}" --seed 4 --data "$folder/many" 2>/dev/null
"$binary" verify --data "$folder/many" | sed -n 1p
