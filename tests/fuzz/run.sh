#!/usr/bin/env bash
# Fuzzes the running service from its OpenAPI document with schemathesis, as several roles: no answer may be a 5xx, and
# none may violate the document. The stream of events is left out: its answer never ends. EXAMPLES per operation (15
# here; 300 once before a release).
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
hooks="$PWD/tests/fuzz/ndjson.py"
folder=$(mktemp -d)
service=
trap '[ -n "$service" ] && kill "$service" 2>/dev/null; rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check -r tests/fuzz/requirements.txt

# Rate limits would answer for the service: they are lifted.
BAKEN_DEMO_UNLIMITED=1 "$binary" demo --port 0 --data "$folder/data" >"$folder/out" 2>"$folder/trace" &
service=$!
for _ in $(seq 100); do
    [ -s "$folder/data/address" ] && break
    sleep 0.2
done
url=$(cat "$folder/data/address")

fuzz_as() {
    token=$("$binary" token "$1" --data "$folder/data")
    cd "$folder" && SCHEMATHESIS_HOOKS="$hooks" venv/bin/schemathesis run "$url/openapi.json" \
        --header "Authorization: Bearer $token" --exclude-path /v1/stream \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
        --max-examples "${EXAMPLES:-15}" --phases examples,coverage,fuzzing --generation-deterministic \
        --suppress-health-check all --no-color
}

# All at once: each waits for the service most of the time.
declare -A running
for user in ${USERS:-coordinator-rotterdam night-shelter-rotterdam liaison-pl administrator}; do
    fuzz_as "$user" >"$folder/as-$user" 2>&1 &
    running[$user]=$!
done
failed=0
for user in "${!running[@]}"; do
    wait "${running[$user]}" || failed=1
    echo "-- as $user"
    cat "$folder/as-$user"
done
[ "$failed" = 0 ]
if grep '"level":"ERROR"' "$folder/trace" | grep -q '"target":"baken'; then
    echo "the service reported errors:"
    grep '"level":"ERROR"' "$folder/trace" | grep '"target":"baken' | head
    exit 1
fi
