#!/usr/bin/env bash
# Fuzzes `bodies` or `lines` for some seconds: fuzz/run.sh TARGET SECONDS. It needs `cargo install cargo-fuzz`, and the
# stable toolchain: without unsafe code there is nothing for a sanitizer to find. The dictionary and the first inputs come
# from the OpenAPI document.
set -euo pipefail
cd "$(dirname "$0")"
target=$1 seconds=$2
mkdir -p "corpus/$target" artifacts
python3 - "$target" <<'PYTHON'
import json, pathlib, sys

document = json.load(open("../api-spec/openapi.json"))
schemas = document["components"]["schemas"]
words, bodies = set(), []


def sample(schema, depth=0):
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rsplit("/", 1)[1]], depth + 1) if depth < 9 else None
    words.update(map(str, schema.get("enum", [])))
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return [sample(each, depth + 1) for each in schema[key]][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        words.update(schema.get("properties", {}))
        return {name: sample(each, depth + 1) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], depth + 1)]
    if kind == "string":
        formats = {"date-time": "2026-01-10T21:00:00Z", "date": "1975-05-02", "uuid": "00000000-0000-0000-0000-000000000007"}
        text = schema.get("example") or (schema.get("enum") or ["rotterdam"])[0]
        return formats.get(schema.get("format"), text)
    return {"integer": 1, "number": 1, "boolean": True}.get(kind)


for path, item in document["paths"].items():
    for operation in item.values():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            bodies.append(sample(content["schema"]))
words.update(schemas["CommandKind"]["enum"])
words.update(["+262142-12-31T23:59:59Z", "-262143-01-01", "\\u202e", "\\u200b", "1e400", "null", "\\ud800"])
with open("words.dict", "w") as out:
    out.writelines(json.dumps('"' + word + '"' if "\\" not in word else word) + "\n" for word in sorted(words))
folder = pathlib.Path("corpus") / sys.argv[1]
lines = sys.argv[1] == "lines"
for number, body in enumerate(bodies):
    fields = {k: v for k, v in body.items() if k not in ("occurred_at", "occurred_precision", "person_id")}
    if lines:
        some = "00000000-0000-0000-0000-00000000000"
        for kind in schemas["CommandKind"]["enum"] if number < 3 else schemas["CommandKind"]["enum"][number % 60 : number % 60 + 1]:
            line = {"id": some + "1", "command": kind, "person_id": some + "2", "subject_id": some + "3", "data": fields}
            (folder / f"seed-{number}-{kind}").write_text(json.dumps(line))
    else:
        (folder / f"seed-{number}").write_bytes(bytes([number]) + json.dumps(fields).encode())
PYTHON
features=(); [[ $target == lines ]] && features=(--features lines)
exec cargo fuzz run --fuzz-dir . -s none "${features[@]}" "$target" -- \
    -max_total_time="$seconds" -max_len=4096 -timeout=10 -dict=words.dict
