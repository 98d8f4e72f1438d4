"""Verifies a proof of who saw a person by the description in docs/tamper-evidence.md and nothing of Baken's code:

    proof.py PROOF NOTE

Writes the proof's checkpoint to NOTE, whose signature the Go oracle verifies, and prints how many records were proved."""

import base64
import hashlib
import json
import struct
import sys


def field(content):
    return struct.pack(">Q", len(content)) + content


def hashed(label, *fields):
    return hashlib.sha256(b"\0" + b"".join(map(field, [label.encode(), *fields]))).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def number(value):
    return struct.pack(">Q", value)


def part(name, salt, *texts):
    return hashed("baken/access-part/1", name, base64.b64decode(salt), *[text.encode() for text in texts])


def leaf(record):
    reader = record["reader"]
    told = part(b"reader", reader["salt"], reader["outcome"], reader["role"], reader["organisation"])
    persons = [
        base64.b64decode(person["hash"])
        if "hash" in person
        else part(b"person", person["salt"], person["person_id"], *person["categories"])
        for person in record["persons"]
    ]
    body = hashed("baken/access-body/1", base64.b64decode(record["record"]), told, *sorted(persons))
    return hashed("baken/access/1", number(record["number"]), record["at"].encode(), body)


def root(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    last, hash = size - 1, leaf
    for beside in path:
        assert last > 0, "the path is too long"
        if index & 1 or index == last:
            hash = node(beside, hash)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            hash = node(hash, beside)
        index, last = index >> 1, last >> 1
    assert last == 0, "the path is too short"
    return hash


def verified(proof):
    """The records that are in the tree of the proof's checkpoint."""
    assert proof["format"] == "baken/access-proof/1", proof["format"]
    _, size, signed = proof["checkpoint"].split("\n")[:3]
    size, signed = int(size), base64.b64decode(signed)
    for record in proof["records"]:
        index = record["number"] - 1
        assert 0 <= index < size, f"record {record['number']} of {size}"
        path = [base64.b64decode(hash) for hash in record["path"]]
        assert root(leaf(record), index, size, path) == signed, f"record {record['number']} is not in the tree"
        told = [person["person_id"] for person in record["persons"] if "person_id" in person]
        assert told and set(told) <= set(proof["persons"]), told
    return proof["records"]


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        proof = json.load(file)
    records = verified(proof)
    for record in records:
        record["reader"]["organisation"] += "s"
        try:
            verified(proof)
        except AssertionError:
            record["reader"]["organisation"] = record["reader"]["organisation"][:-1]
        else:
            sys.exit("a changed record is taken")
    verified(proof)
    with open(sys.argv[2], "w") as file:
        file.write(proof["checkpoint"])
    print(f"{len(records)} records of a person are proved to be in the access log")
