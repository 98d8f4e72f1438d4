"""Kills a service under load, again and again, and checks what it acknowledged. Standard library only.

After each start what the clients were told last is looked for; at the end all of it, by the service, and in the log's own
table: positions and revisions without gaps, no event twice, and of what the clients record nothing that none of them was
answered with. A request that got no answer is sent again under its key."""

import contextlib
import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid

from service import free_port

USERS = ["outreach-rotterdam", "day-shelter-rotterdam", "night-shelter-rotterdam", "shelter24-rotterdam",
         "street-doctor-rotterdam", "supporter-rotterdam"]
THREADS = 12
KINDS = ("signal_received", "contact_made")  # what the clients record
ON_ONE_LOG = 100  # kills; then a new log is begun, so that starting does not become most of the time


class Service:
    def __init__(self, binary, data):
        self.binary, self.data, self.port, self.process = binary, data, free_port(), None

    def start(self):
        self.process = subprocess.Popen([self.binary, "demo", "--port", str(self.port), "--data", self.data],
                                        stdout=subprocess.DEVNULL, start_new_session=True)
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"the service ended by itself with {self.process.returncode}")
            try:
                if self.call("GET", "/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        sys.exit("the service did not become ready in 30 seconds")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def call(self, method, path, token=None, body=None, key=None, connection=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


class Load:
    """One client: it opens a person and adds contacts, and remembers what was acknowledged and what was not."""

    def __init__(self, service, user, token):
        self.service, self.user, self.token = service, user, token
        self.acknowledged = {}  # person -> the ids of its events
        self.unanswered = None  # a request that got no answer: sent again, it must not count twice
        self.person = None
        self.refused = None

    def run(self, stop):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=10)
        # At the end nothing stays without an answer.
        while not stop.is_set() or (self.service.process.poll() is None and self.unanswered):
            if self.unanswered is None:
                if self.person is None or random.random() < 0.2:
                    path, body = "/v1/signals", {"channel": "outreach_round"}
                else:
                    path, body = f"/v1/persons/{self.person}/contacts", {"summary": "spoke at the square"}
                self.unanswered = (path, body, str(uuid.uuid4()))
            path, body, key = self.unanswered
            try:
                status, text = self.service.call("POST", path, self.token, body, key, connection)
            except (OSError, http.client.HTTPException):
                return
            if status == 429:
                time.sleep(0.05)
                continue
            if status not in (200, 201):
                self.refused = (status, text)
                return
            receipt = json.loads(text)
            self.person = receipt["person_id"]
            self.acknowledged.setdefault(self.person, []).extend(receipt["event_ids"])
            self.unanswered = None


def check(service, loads, persons_of):
    for load in loads:
        for person in persons_of(load):
            found, after = [], ""
            while True:
                path = f"/v1/persons/{person}/timeline?first=200{after}"
                status, text = service.call("GET", path, load.token)
                if status == 429:
                    time.sleep(0.05)
                    continue
                if status != 200:
                    sys.exit(f"an acknowledged person is gone: {status}")
                page = json.loads(text)
                found += [entry["event_id"] for entry in page["items"]]
                if page["next"] is None:
                    break
                after = f"&after={page['next']}"
            expected = load.acknowledged[person]
            if len(set(found)) != len(found):
                sys.exit("an event is there twice")
            if len(set(expected)) != len(expected):
                sys.exit("two requests were answered with one event")
            missing = set(expected) - set(found)
            if missing:
                sys.exit(f"{len(missing)} acknowledged events are missing")


def logged(data):
    """What the table of the log holds: (position, stream, revision, id, kind)."""
    with contextlib.closing(sqlite3.connect(f"{data}/log.db")) as log:
        return log.execute("SELECT position, stream, revision, lower(hex(id)), kind FROM events "
                           "ORDER BY position").fetchall()


def check_log(events, before, acknowledged):
    """Holds the table against what was there at the beginning, and what was acknowledged since."""
    if [event[0] for event in events] != list(range(1, len(events) + 1)):
        sys.exit("the positions have gaps")
    revisions = {}
    for _, stream, revision, _, _ in events:
        if revision != revisions.get(stream, -1) + 1:
            sys.exit("a stream has gaps, or a revision twice")
        revisions[stream] = revision
    there = {event[3] for event in events}
    if len(there) != len(events):
        sys.exit("an event is in the log twice")
    if events[:len(before)] != before:
        sys.exit("what was there at the beginning has changed")
    if acknowledged - there:
        sys.exit(f"{len(acknowledged - there)} acknowledged events are not in the log")
    made = {event[3] for event in events[len(before):] if event[4] in KINDS}
    if made - acknowledged:
        sys.exit(f"{len(made - acknowledged)} events were recorded that no request was answered with")


def killed(binary, data, cycles):
    """Kills one service as often, on one log; answers with how many events it acknowledged, all of them found."""
    service = Service(binary, data)
    service.start()
    before = logged(data)
    tokens = {}
    for user in USERS:
        tokens[user] = subprocess.run([binary, "token", user, "--data", data], check=True, capture_output=True,
                                      text=True).stdout.strip()
    loads = [Load(service, USERS[n % len(USERS)], tokens[USERS[n % len(USERS)]]) for n in range(THREADS)]
    for _ in range(cycles):
        during(loads, random.uniform(0.1, 0.6), service.kill)
        for load in loads:
            if load.refused:
                sys.exit(f"a write was refused: {load.refused}")
        service.start()
        check(service, loads, lambda load: [load.person] if load.person else [])
    # What was not answered is sent again: it may or may not have been recorded, and must not be recorded twice.
    during(loads, 0.5, lambda: None)
    check(service, loads, lambda load: list(load.acknowledged))
    rebuilt = subprocess.run([binary, "rebuild", "--check", "--data", data], capture_output=True, text=True)
    print(rebuilt.stdout, end="")
    if rebuilt.returncode != 0:
        sys.exit(f"the read models do not rebuild equal: {rebuilt.stderr}")
    service.kill()
    acknowledged = [event for load in loads for ids in load.acknowledged.values() for event in ids]
    check_log(logged(data), before, {event.replace("-", "") for event in acknowledged})
    return len(acknowledged)


def during(loads, seconds, then):
    """Lets the clients write for as long, and does the rest while they still do."""
    stop = threading.Event()
    threads = [threading.Thread(target=load.run, args=(stop,)) for load in loads]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    then()
    stop.set()
    for thread in threads:
        thread.join()


def main(binary, folder, cycles):
    began, events, done = time.monotonic(), 0, 0
    while done < cycles:
        now = min(ON_ONE_LOG, cycles - done)
        events += killed(binary, os.path.join(folder, f"data-{done}"), now)
        done += now
        print(f"{done} kills, {events} acknowledged events: none missing, none doubled, no gaps, in "
              f"{time.monotonic() - began:.0f} s", flush=True)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
