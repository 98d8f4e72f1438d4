"""Tamper evidence from the outside: a demo's checkpoints, and the leaves of its event log and of its access log computed again from
the tables by the description in docs/tamper-evidence.md and nothing of Baken's code."""

import base64
import glob
import hashlib
import json
import os
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.request

baken, folder = sys.argv[1:]
data, kept = f"{folder}/data", f"{folder}/kept"


def run(*arguments, expect=0):
    ran = subprocess.run([baken, *arguments], capture_output=True, text=True)
    assert ran.returncode == expect, f"{arguments} ended with {ran.returncode}: {ran.stdout}{ran.stderr}"
    return ran.stdout + ran.stderr


def ask(user, path, body=None):
    token = run("token", user, "--data", data).strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": path}
    body = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(open(f"{data}/address").read() + path, body, headers)) as answer:
        return answer.read().decode()


def serve(seconds, work):
    """Serves for some seconds, with a checkpoint kept in each; answers what the work answers that is done then."""
    if os.path.exists(f"{data}/address"):
        os.remove(f"{data}/address")
    arguments = [baken, "demo", "--port", "0", "--data", data, "--no-watch", "--checkpoints", kept]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env={**os.environ, "BAKEN_DEMO_CHECKPOINT_INTERVAL": "1"}) as demo:
        try:
            began = time.monotonic()
            while not os.path.exists(f"{data}/address"):
                assert demo.poll() is None and time.monotonic() - began < 120, "the demo does not serve"
                time.sleep(0.1)
            done = work()
            time.sleep(seconds)
            return done
        finally:
            demo.terminate()


def leaves():
    """RFC 9162's leaf hashes of all events, from the tables."""
    field = lambda content: struct.pack(">Q", len(content)) + content
    rows = sqlite3.connect(f"{data}/log.db").execute(
        "SELECT e.id, s.name, e.revision, e.kind, e.metadata, e.data FROM events e JOIN streams s ON s.id = e.stream ORDER BY e.position"
    )
    for id, stream, revision, kind, metadata, content in rows:
        fields = [b"baken/event/1", id, stream.encode(), struct.pack(">Q", revision), kind.encode(), metadata, content]
        yield hashlib.sha256(b"\0" + b"".join(map(field, fields))).digest()


def hashed(label, *fields):
    return hashlib.sha256(b"\0" + b"".join(struct.pack(">Q", len(each)) + each for each in [label.encode(), *fields])).digest()


def access_leaves():
    """The leaf hashes of all records of accesses, from the tables."""
    number = lambda value: struct.pack(">Q", value)
    rows = sqlite3.connect(f"{data}/access.db").execute(
        "SELECT number, seed, record FROM leaves JOIN accesses USING (number) ORDER BY number"
    )
    for at, seed, record in rows:
        said = json.loads(record)
        salt = lambda name, place=0: hashed("baken/access-salt/1", seed, name, number(place))
        part = lambda name, place, *fields: hashed("baken/access-part/1", name, salt(name, place), *fields)
        reader = part(b"reader", 0, *[said[name].encode() for name in ["outcome", "role", "organisation"]])
        persons = [
            part(b"person", place, person["person_id"].encode(), *[each.encode() for each in person["categories"]])
            for place, person in enumerate(said["persons"])
        ]
        body = hashed("baken/access-body/1", part(b"record", 0, record), reader, *sorted(persons))
        yield hashed("baken/access/1", number(at), said["at"].encode(), body)


def root(hashes):
    """RFC 9162, section 2.1.1."""
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(hashes[:left]) + root(hashes[left:])).digest()


def change(sql, of="log"):
    with sqlite3.connect(f"{data}/{of}.db") as log:
        log.execute(sql)


def reads():
    """Some are read, one takes a proof away, another is erased; answers the log's checkpoint after that."""
    persons = [each["person_id"] for each in json.loads(ask("coordinator-rotterdam", "/v1/persons"))["items"]]
    for person in persons[:5]:
        ask("coordinator-rotterdam", f"/v1/persons/{person}")
    with open(f"{folder}/proof", "w") as file:
        file.write(ask("privacy-officer", f"/v1/persons/{persons[0]}/access-log/proof"))
    ask("privacy-officer", f"/v1/persons/{persons[1]}/erase", {"ground": "request"})
    return persons[1], ask("liaison-pl", "/v1/log/checkpoint")


erased, checkpoint = serve(2, reads)
with open(f"{folder}/answered", "w") as file:
    file.write(checkpoint)
events = int(checkpoint.split("\n")[1])
hashes = b"".join(leaves())
assert len(hashes) == 32 * events, f"{len(hashes) // 32} events, and {events} in the checkpoint"
assert open(f"{kept}/leaves", "rb").read() == hashes, "the kept hashes of leaves are not those of the tables"
print(f"{events} leaves are what the description of their encoding says")

key = f"{data}/checkpoint.key.pub"
run("checkpoint-key", "example.net/ombudsman", f"{folder}/second", "--cosigner")
print(run("cosign", kept, "--key", key, "--with", f"{folder}/second", "--last", f"{folder}/cosigned").strip())
verify = ["verify", "--data", data, "--key", key, "--checkpoint"]
for held in [kept, f"{folder}/answered"]:
    run(*verify, held)
run(*verify, f"{folder}/cosigned", "--cosigner", f"{folder}/second.pub")

before = b"".join(leaves())
change("UPDATE events SET metadata = CAST(replace(CAST(metadata AS TEXT), 'care', 'cure') AS BLOB) WHERE position = 77")
assert b"".join(leaves()) != before
told = run(*verify, kept, expect=1)
assert "the first that is not as it was: event 77 (position 77," in told, told
change("UPDATE events SET metadata = CAST(replace(CAST(metadata AS TEXT), 'cure', 'care') AS BLOB) WHERE position = 77")
print("a changed event is named, and none once it is changed back")
run(*verify, kept)

hashes, (store,) = list(access_leaves()), glob.glob(f"{kept}/access/*")
covered = open(f"{store}/leaves", "rb").read()
assert covered and b"".join(hashes)[: len(covered)] == covered, "the kept hashes are not those of the records"
newest = max(glob.glob(f"{store}/checkpoints/*"))
origin, size, signed = open(newest).read().split("\n")[:3]
assert origin.endswith(f"/access/{os.path.basename(store)}") and int(size) == len(covered) // 32
assert root(hashes[: int(size)]) == base64.b64decode(signed), "the root is not that of the records"
print(f"{size} leaves of accesses are what the description of their encoding says")
before = sqlite3.connect(f"{data}/access.db").execute("SELECT record FROM accesses WHERE number = 3").fetchone()[0]
change("UPDATE accesses SET record = CAST(replace(CAST(record AS TEXT), 'shown', 'shone') AS BLOB) WHERE number = 3", "access")
told = run(*verify, kept, expect=1)
assert "record 3" in told, told
with sqlite3.connect(f"{data}/access.db") as access:
    access.execute("UPDATE accesses SET record = ? WHERE number = 3", [before])
run(*verify, kept)
print("a changed record is named, and none once it is changed back")
assert "goes together" in run("verify", "--proof", f"{folder}/proof", "--key", key, "--checkpoint", kept)

# What an erasure began is completed at the next start.
with open(f"{folder}/certificate", "w") as file:
    file.write(serve(2, lambda: ask("privacy-officer", f"/v1/persons/{erased}/erasure-certificate")))
told = run("verify", "--certificate", f"{folder}/certificate", "--key", key, "--checkpoint", kept)
assert f"person: {erased}\n" in told and "goes together" in told, told
print("a certificate of erasure is verified offline")
