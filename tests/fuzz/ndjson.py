"""Teaches the fuzz to speak NDJSON: a batch of one line, and its one answer."""

import json

import schemathesis

NDJSON = "application/x-ndjson"


@schemathesis.serializer(NDJSON)
def line(_, value):
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@schemathesis.deserializer(NDJSON)
def answer(_, response):
    return json.loads(response.content.splitlines()[0])
