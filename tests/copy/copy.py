"""Copies a log there and back under SIGKILL, and compares the three by other means than ours. Standard library only."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

IN_SQLITE = """SELECT hex(e.id), s.name, e.revision, e.kind, hex(e.data), hex(e.metadata)
               FROM events e JOIN streams s ON s.id = e.stream ORDER BY e.position"""
IN_POSTGRES = """COPY (SELECT upper(replace(e.id::text, '-', '')), s.name, e.revision, e.kind,
                 upper(encode(e.data, 'hex')), upper(encode(e.metadata, 'hex'))
                 FROM baken.events e JOIN baken.streams s ON s.id = e.stream ORDER BY e.position) TO STDOUT"""


def in_sqlite(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as log:
        return ["\t".join(map(str, row)) for row in log.execute(IN_SQLITE)]


def in_postgres(psql, url):
    told = subprocess.run([psql, "-X", "-q", "-d", url, "-c", IN_POSTGRES], check=True, capture_output=True, text=True)
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


def main(binary, folder, url, psql, kills):
    began = time.monotonic()
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
    print(f"{len(events)} events there and back under SIGKILL: equal, in {time.monotonic() - began:.0f} s")


main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
