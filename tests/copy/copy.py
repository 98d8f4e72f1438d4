"""Copies a log there and back under SIGKILL, and its keys, and compares by other means than ours. Standard library only."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

from service import configure, port_of

IN_SQLITE = """SELECT hex(e.id), s.name, e.revision, e.kind, hex(e.data), hex(e.metadata)
               FROM events e JOIN streams s ON s.id = e.stream ORDER BY e.position"""
IN_POSTGRES = """COPY (SELECT upper(replace(e.id::text, '-', '')), s.name, e.revision, e.kind,
                 upper(encode(e.data, 'hex')), upper(encode(e.metadata, 'hex'))
                 FROM baken.events e JOIN baken.streams s ON s.id = e.stream ORDER BY e.position) TO STDOUT"""


KEYS_IN_SQLITE = "SELECT hex(owner), slot, hex(key_id), epoch, hex(wrapped) FROM data_keys ORDER BY owner, slot"
KEYS_IN_POSTGRES = """COPY (SELECT upper(encode(owner, 'hex')), slot, upper(replace(key_id::text, '-', '')), epoch,
                      upper(encode(wrapped, 'hex')) FROM baken_keys.data_keys ORDER BY owner, slot) TO STDOUT"""


def in_sqlite(path, query=IN_SQLITE):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as log:
        return ["\t".join(map(str, row)) for row in log.execute(query)]


def in_postgres(psql, url, query=IN_POSTGRES):
    told = subprocess.run([psql, "-X", "-q", "-d", url, "-c", query], check=True, capture_output=True, text=True)
    return told.stdout.splitlines()


def timed(binary, source, target):
    """How long a copy takes that nobody cuts off."""
    began = time.monotonic()
    subprocess.run([binary, "copy", "--from", source, "--to", target], check=True, capture_output=True)
    return time.monotonic() - began


def copied(binary, source, target, kills, patience, whole):
    """Copies and is killed, again and again, until a run ends by itself. Answers how long the target was each time."""
    killed, lengths = 0, []
    while True:
        run = subprocess.Popen([binary, "copy", "--from", source, "--to", target], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        if killed < kills:
            try:
                run.wait(random.uniform(0, patience))
            except subprocess.TimeoutExpired:
                os.kill(run.pid, signal.SIGKILL)
                run.communicate()
                killed += 1
                lengths.append(whole())
                continue
        out, errors = run.communicate()
        if run.returncode != 0:
            sys.exit(f"the copy failed: {errors}")
        print(f"{killed} kills, at {sorted(set(lengths))} events; then: {out.strip()}", flush=True)
        return lengths


def keys_there_and_back(binary, folder, store, psql):
    """Moves the keys as well. Answers how many they are."""
    first, last = f"{folder}/from/keys.db", f"{folder}/keys-back.db"
    for source, target in ((first, store), (store, last), (first, store)):
        told = subprocess.run([binary, "copy", "--keys-from", source, "--keys-to", target], capture_output=True, text=True)
        if told.returncode != 0 or not told.stdout.endswith("equal\n"):
            sys.exit(f"the keys were not copied: {told.stdout}{told.stderr}")
    keys = in_sqlite(first, KEYS_IN_SQLITE)
    if not keys or in_postgres(psql, store, KEYS_IN_POSTGRES) != keys or in_sqlite(last, KEYS_IN_SQLITE) != keys:
        sys.exit("the keys are not everywhere what they were")
    return len(keys)


def served(binary, folder, url, store, seeds):
    """Serves the copied log with the copied keys, and compares what is served with what the files are rebuilt to."""
    os.mkdir(f"{folder}/issuer")
    configure(f"{folder}/moved.toml", seeds, log=url, keys=store, kek=f"{folder}/from/kek", issuer=f"{folder}/issuer")
    with open(f"{folder}/moved.trace", "w") as trace:
        service = subprocess.Popen([binary, "serve", "--config", f"{folder}/moved.toml"], stdout=trace, stderr=trace)
    port = port_of(service, f"{folder}/moved.trace", 60)
    if port is None:
        sys.exit(f"the service does not start on the copies: {open(f'{folder}/moved.trace').read()}")
    check = [binary, "rebuild", "--check", "--data", f"{folder}/from", "--url", f"http://127.0.0.1:{port}"]
    told = subprocess.run(check, capture_output=True, text=True)
    service.terminate()
    service.wait()
    if told.returncode != 0:
        sys.exit(f"what is served from the copies is not what the files hold: {told.stdout}{told.stderr}")


def main(binary, folder, server, seeds, psql, kills):
    began = time.monotonic()
    url, store = f"{server}/log", f"{server}/keys"
    first, last = f"{folder}/from/log.db", f"{folder}/back.db"
    events = in_sqlite(first)

    def length_there():
        try:
            return len(in_postgres(psql, url))
        except subprocess.CalledProcessError:
            return 0  # Killed before the tables were made.

    def length_back():
        try:
            return len(in_sqlite(last))
        except sqlite3.OperationalError:
            return 0

    # Half of a whole run: most runs get on, and none gets to the end too soon.
    patience = timed(binary, f"sqlite:{first}", f"sqlite:{folder}/timed.db") / 2
    there = copied(binary, f"sqlite:{first}", url, kills, patience, length_there)
    if in_postgres(psql, url) != events:
        sys.exit("PostgreSQL does not hold what the file does")
    back = copied(binary, url, f"sqlite:{last}", kills, patience, length_back)
    if in_sqlite(last) != events or in_sqlite(first) != events:
        sys.exit("the file that came back is not the one that went")
    for lengths in (there, back):
        if not any(0 < length < len(events) for length in lengths):
            sys.exit("no copy was cut off in the middle: the test has shown nothing")
    # A target that is another log is refused, and left as it is.
    with sqlite3.connect(last) as log:
        log.execute("UPDATE events SET kind = 'another' WHERE position = 7")
    refused = subprocess.run([binary, "copy", "--from", url, "--to", f"sqlite:{last}"], capture_output=True, text=True)
    if refused.returncode == 0 or "number 7 differ" not in refused.stderr:
        sys.exit(f"a target that is another log was not refused: {refused.stderr}")
    keys = keys_there_and_back(binary, folder, store, psql)
    served(binary, folder, url, store, seeds)
    print(f"{len(events)} events there and back under SIGKILL, and {keys} keys: equal, and served from the copies as from "
          f"the files, in {time.monotonic() - began:.0f} s")


main(*sys.argv[1:6], int(sys.argv[6]))
