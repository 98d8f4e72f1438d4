"""Tamper evidence from the outside: a demo's checkpoints, and its leaves computed again from the tables by the description in
docs/tamper-evidence.md and nothing of Baken's code."""

import hashlib
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


def ask(url, token=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def serve(seconds):
    """Serves for some seconds, with a checkpoint kept in each; answers the one that a user with a token gets."""
    if os.path.exists(f"{data}/address"):
        os.remove(f"{data}/address")
    arguments = [baken, "demo", "--port", "0", "--data", data, "--no-watch", "--checkpoints", kept]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env={**os.environ, "BAKEN_DEMO_CHECKPOINT_INTERVAL": "1"}) as demo:
        try:
            began = time.monotonic()
            while not os.path.exists(f"{data}/address"):
                assert demo.poll() is None and time.monotonic() - began < 120, "the demo does not serve"
                time.sleep(0.1)
            time.sleep(seconds)
            token = run("token", "liaison-pl", "--data", data).strip()
            return ask(open(f"{data}/address").read() + "/v1/log/checkpoint", token)
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


def change(sql):
    with sqlite3.connect(f"{data}/log.db") as log:
        log.execute(sql)


checkpoint = serve(2)
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
