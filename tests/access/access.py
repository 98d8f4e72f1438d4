"""Reads under load, kills the service at random, and compares answers with the records of access. Standard library only.

Each request has an id of its own (`X-Request-Id`), which its record has as well. So it is known of every request whether it
was answered, and how often it was recorded:

- an answer that tells of somebody, or that somebody asked for is not there, has exactly one record;
- a record without an answer is of a request that the kill cut off;
- there is no record of a request that was not sent.

Then the disk of the access log is full: what is read is answered 503, and nothing is told that is not recorded. When there is
room again, it goes on."""

import collections
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

from readings import paths_of, tells
from service import free_port

USERS = ["coordinator-rotterdam", "night-shelter-rotterdam", "street-doctor-rotterdam", "hospital-rotterdam",
         "supporter-rotterdam", "police-rotterdam"]
THREADS = 12


class Service:
    def __init__(self, binary, data):
        self.binary, self.data, self.port, self.process = binary, data, free_port(), None

    def start(self):
        command = [self.binary, "demo", "--port", str(self.port), "--data", self.data, "--unlimited", "--no-watch"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        for _ in range(1200):
            if self.process.poll() is not None:
                sys.exit(f"the service ended by itself with {self.process.returncode}")
            with contextlib.suppress(OSError):
                if self.get("/health/ready")[0] == 200:
                    return
            time.sleep(0.05)
        sys.exit("the service did not become ready in 60 seconds")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def get(self, path, token=None, request_id=None, connection=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if request_id:
            headers["X-Request-Id"] = request_id
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


class Reader:
    """One client: what it asked, and what it was answered."""

    def __init__(self, service, token, persons):
        self.service, self.token, self.persons = service, token, persons
        self.sent, self.answered = set(), {}

    def run(self, stop):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        while not stop.is_set():
            path, request_id = paths_of(self.persons), str(uuid.uuid4())
            self.sent.add(request_id)
            try:
                status, text = self.service.get(path, self.token, request_id, connection)
            except (OSError, http.client.HTTPException):
                return
            self.answered[request_id] = (status, tells(status, text, path))


def recorded(file):
    """How many records there are of each request."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT record FROM accesses")
        return collections.Counter(json.loads(record)["request_id"] for (record,) in rows)


def compare(readers, records, earlier, cut_off):
    """Every answer with every record; `cut_off` is whether the service was killed while requests were under way."""
    told = unanswered = 0
    sent = set()
    for reader in readers:
        sent |= reader.sent
        for request_id, (status, must) in reader.answered.items():
            count = records[request_id]
            if must and count != 1:
                sys.exit(f"an answer ({status}) has {count} records")
            if status == 503 and count:
                sys.exit("what was refused for want of a record has one")
            told += must
        lost = reader.sent - reader.answered.keys()
        if len(lost) > 1:
            sys.exit(f"{len(lost)} requests of one client without an answer")
        for request_id in lost:
            if records[request_id] > 1:
                sys.exit("a request that was cut off has several records")
            unanswered += records[request_id]
    if unanswered and not cut_off:
        sys.exit(f"{unanswered} records without an answer, and nobody was killed")
    if extra := records.keys() - sent - earlier:
        sys.exit(f"{len(extra)} records of requests that nobody sent")
    return told, unanswered


def read_for(service, tokens, persons, seconds):
    readers = [Reader(service, tokens[number % len(tokens)], persons) for number in range(THREADS)]
    stop = threading.Event()
    threads = [threading.Thread(target=reader.run, args=(stop,)) for reader in readers]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    return readers, stop, threads


def killed_under_load(service, tokens, persons, cycles):
    told = unanswered = 0
    earlier = set(recorded(f"{service.data}/access.db"))
    for cycle in range(cycles):
        readers, stop, threads = read_for(service, tokens, persons, random.uniform(0.2, 1.5))
        service.kill()
        stop.set()
        for thread in threads:
            thread.join()
        service.start()
        records = recorded(f"{service.data}/access.db")
        one = compare(readers, records, earlier, True)
        told, unanswered = told + one[0], unanswered + one[1]
        earlier = set(records)
        print(f"kill {cycle + 1}: {told} answers, each recorded once; {unanswered} records without an answer", flush=True)
    return told, unanswered


def with_a_full_disk(service, tokens, persons, disk):
    """Fills the disk that the access log lies on, reads, makes room again, and reads."""
    earlier = set(recorded(f"{service.data}/access.db"))
    readers, stop, threads = read_for(service, tokens, persons, 1)
    filling = f"{disk}/filling"
    with open(filling, "wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)
            file.flush()
    time.sleep(4)
    stop.set()
    for thread in threads:
        thread.join()
    refused = sum(status == 503 for reader in readers for status, _ in reader.answered.values())
    others = {status for reader in readers for status, _ in reader.answered.values()} - {200, 404, 503}
    if not refused or others:
        sys.exit(f"on a full disk {refused} were refused, and there were answers {others}")
    status, text = service.get(f"/v1/persons/{persons[0]}", tokens[0])
    if (status, json.loads(text).get("code")) != (503, "access_log_unavailable"):
        sys.exit(f"on a full disk somebody was told {status}: {text[:200]}")
    os.remove(filling)
    deadline = time.monotonic() + 10
    while service.get(f"/v1/persons/{persons[0]}", tokens[0])[0] != 200:
        if time.monotonic() > deadline:
            # A write that failed in a way that leaves the file unknown stops the store until the next start.
            print("the store has stopped, and the service is started anew", flush=True)
            service.kill()
            service.start()
            break
        time.sleep(0.2)
    records = recorded(f"{service.data}/access.db")
    ours = {request for reader in readers for request in reader.sent}
    told, _ = compare(readers, records, earlier | (set(records) - ours), False)
    print(f"a full disk: {told} answers, each recorded once, and {refused} were refused with 503", flush=True)


def main():
    binary, folder, disk, cycles = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    random.seed(int(os.environ.get("SEED", "1")))
    # The access log lies on a disk of its own, that can be filled.
    os.makedirs(f"{folder}/data")
    os.chmod(f"{folder}/data", 0o700)
    if disk != "none":
        with open(f"{disk}/access.db", "wb"):
            pass
        os.symlink(f"{disk}/access.db", f"{folder}/data/access.db")
    service = Service(binary, f"{folder}/data")
    service.start()
    try:
        token = lambda user: subprocess.run([binary, "token", user, "--data", service.data], check=True,
                                            capture_output=True, text=True).stdout.strip()
        tokens = [token(user) for user in USERS]
        persons = [each["person_id"] for each in json.loads(service.get("/v1/persons?first=50", tokens[0])[1])["items"]]
        killed_under_load(service, tokens, persons, cycles)
        if disk == "none":
            print("no disk could be made that can be filled: that was not tried", flush=True)
        else:
            with_a_full_disk(service, tokens, persons, disk)
    finally:
        service.kill()


main()
