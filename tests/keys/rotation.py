"""Rolls the key-encryption key of a city that is served, while clients read and write all the time. Standard library only.

- No request fails: neither in the roll, nor when the process that rolls is killed with SIGKILL again and again.
- Afterwards there is one key in the key file, and every data key is wrapped by it.
- A copy of the key store from before opens no more with the key of today, and the error names the key file and the epoch.
- Without its key file the service does not start and says which file is missing; given back, it starts.
- After a restart everything that was written meanwhile is there."""

import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid

from service import configure, port_of

READERS = ["coordinator-rotterdam", "night-shelter-rotterdam", "outreach-rotterdam", "privacy-officer"]
WRITERS = ["outreach-rotterdam", "night-shelter-rotterdam"]
KNOWN = 2_000  # persons of each user, among whom it reads and writes at random
QUIET = 3  # seconds of load before and after


class Service:
    def __init__(self, binary, folder, seeds):
        self.binary, self.data, self.process = binary, f"{folder}/data", None
        self.config, self.trace = f"{folder}/baken.toml", f"{folder}/trace"
        self.configure(self.config, seeds, f"{self.data}/log.db", f"{self.data}/keys.db")

    def configure(self, path, seeds, log, keys):
        configure(path, seeds, log=f"sqlite:{log}", keys=keys, kek=f"{self.data}/kek", issuer=self.data,
                  more="batch_lines_per_second = 1000000\nbatch_lines_burst = 1000000")

    def start(self, config=None):
        """The port; None where it ends by itself, with what it said."""
        with open(self.trace, "w") as trace:
            self.process = subprocess.Popen([self.binary, "serve", "--config", config or self.config], stdout=trace,
                                            stderr=trace, start_new_session=True)
        self.port = port_of(self.process, self.trace, 900)
        return self.port

    def said(self):
        return open(self.trace).read()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)

    def run(self, *command):
        done = subprocess.run([self.binary, *command], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"baken {' '.join(command)}: {done.stderr}")
        return done.stdout.strip()

    def roll(self):
        return subprocess.Popen([self.binary, "roll-keys", "--config", self.config], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)


class Client(threading.Thread):
    """One user's requests, one after another: how many there were of each kind, and which failed."""

    def __init__(self, service, token, stop, writes):
        super().__init__()
        self.service, self.token, self.stop, self.writes = service, token, stop, writes
        self.done, self.failed, self.slowest, self.written = 0, [], 0.0, {}
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        self.persons = self.known()

    def ask(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if body:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def known(self):
        persons, after = [], ""
        while len(persons) < KNOWN:
            status, text = self.ask("GET", f"/v1/persons?first=200{after}")
            if status != 200:
                return []
            page = json.loads(text)
            persons += [row["person_id"] for row in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        return persons

    def run(self):
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                self.write() if self.writes else self.read()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                return
            self.slowest = max(self.slowest, time.monotonic() - began)

    def read(self):
        person = random.choice(self.persons)
        path = random.choice([f"/v1/persons/{person}", f"/v1/persons/{person}", f"/v1/persons/{person}/timeline?first=20",
                              "/v1/persons?first=20"])
        status, text = self.ask("GET", path)
        if status != 200:
            self.failed.append((path, status, text[:300]))
        self.done += status == 200

    def write(self):
        """A new person, who needs new keys, or a contact with a known one, whose keys may have to be unwrapped."""
        if random.random() < 0.5:
            path, body = "/v1/signals", {"channel": "outreach_round", "identity": {"alias": "Somebody"}}
        else:
            path, body = f"/v1/persons/{random.choice(self.persons)}/contacts", {"summary": "spoke during the roll"}
        status, text = self.ask("POST", path, body)
        if status == 201:
            receipt = json.loads(text)
            self.written.setdefault(receipt["person_id"], []).extend(receipt["event_ids"])
            self.done += 1
        elif status != 409:  # a rule: the case is closed
            self.failed.append((path, status, text[:300]))


def filled(service, token, count):
    """So many persons more, of each of whom one signal is recorded."""
    lines = (json.dumps({"id": str(uuid.uuid4()), "command": "report_signal", "data": {
        "channel": "outreach_round", "identity": {"alias": f"Number {number}"}, "observations": "seen at the station"}})
        for number in range(count))
    lock, failed = threading.Lock(), []

    def send():
        while not failed:
            with lock:
                batch = list(itertools.islice(lines, 2_000))
            if not batch:
                return
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=600)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
            connection.request("POST", "/v1/batch", "\n".join(batch), headers)
            answers = connection.getresponse().read().decode().strip().split("\n")
            if len(answers) != len(batch) or any('"status":201' not in answer for answer in answers):
                failed.append(answers[-1])

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        sys.exit(f"a line was not recorded: {failed[0]}")


def loaded(service, tokens, then):
    """Does something while clients read and write; the clients, and what was said of it."""
    stop = threading.Event()
    clients = [Client(service, tokens[user], stop, False) for user in READERS]
    clients = [client for client in clients if client.persons] + [
        client for client in (Client(service, tokens[user], stop, True) for user in WRITERS) if client.persons]
    for client in clients:
        client.start()
    time.sleep(QUIET)
    try:
        said = then()
    finally:
        time.sleep(QUIET)
        stop.set()
        for client in clients:
            client.join()
    failed = [failure for client in clients for failure in client.failed]
    if failed:
        sys.exit(f"{len(failed)} requests failed, the first of them: {failed[0]}")
    count = lambda writes: sum(client.done for client in clients if client.writes == writes)
    if not count(False) or not count(True):
        sys.exit("there was no load")
    slowest = max(client.slowest for client in clients)
    print(f"{said}; meanwhile {count(False)} reads and {count(True)} writes, none failed, the slowest took "
          f"{1000 * slowest:.0f} ms", flush=True)
    return clients


def rolled(service):
    rolling = service.roll()
    said, wrong = rolling.communicate()
    if rolling.returncode != 0:
        sys.exit(f"baken roll-keys: {wrong}")
    return said.strip()


def killed(service, times, seconds):
    """Kills the roll at random, and lets the last one come to its end."""
    for _ in range(times):
        rolling = service.roll()
        time.sleep(random.uniform(0, seconds))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(rolling.pid, signal.SIGKILL)
        rolling.communicate()
    return f"killed {times} times, and then {rolled(service)}"


def of_one_epoch(service):
    """The epoch of all there is."""
    keks = [line for line in open(f"{service.data}/kek").read().split("\n") if line]
    if len(keks) != 1:
        sys.exit(f"{len(keks)} key-encryption keys are left in the file")
    with contextlib.closing(sqlite3.connect(f"file:{service.data}/keys.db?mode=ro", uri=True)) as store:
        epochs = store.execute("SELECT epoch, count(*) FROM data_keys GROUP BY epoch").fetchall()
        known = store.execute("SELECT epoch FROM epochs").fetchall()
    current = int(keks[0].split(":")[0])
    if [epoch for epoch, _ in epochs] != [current] or known != [(current,)]:
        sys.exit(f"data keys are wrapped by {epochs}, the store knows {known}, and the key file has epoch {current}")
    return current, epochs[0][1]


def does_not_start(service, config, *named):
    if service.start(config):
        service.end()
        sys.exit(f"it starts, and {named} should keep it from that")
    said = service.said()
    for name in named:
        if name not in said:
            sys.exit(f"it does not start, and does not name {name}: {said}")
    return said.strip().split("\n")[-1]


def main(binary, folder, seeds, persons, simulated, kills):
    service = Service(binary, folder, seeds)
    began = time.monotonic()
    print(service.run("simulate", "--persons", simulated, "--seed", "4", "--data", service.data), flush=True)
    if not service.start():
        sys.exit(f"it does not start: {service.said()}")
    tokens = {user: service.run("token", user, "--data", service.data) for user in {*READERS, *WRITERS}}
    filled(service, tokens["outreach-rotterdam"], int(persons) - int(simulated))
    print(f"{persons} persons in {time.monotonic() - began:.0f} s", flush=True)

    copy = f"{folder}/older.db"
    service.run("backup", f"{folder}/older-log.db", "--keys", copy, "--config", service.config)
    began = time.monotonic()
    clients = loaded(service, tokens, lambda: rolled(service))
    took = time.monotonic() - began - 2 * QUIET
    epoch, keys = of_one_epoch(service)
    if epoch != 2:
        sys.exit(f"after one roll the epoch is {epoch}")
    if int(kills):
        clients += loaded(service, tokens, lambda: killed(service, int(kills), took))
        epoch, keys = of_one_epoch(service)
    print(f"{keys} data keys, all of epoch {epoch}")
    service.end()

    older = f"{folder}/older.toml"
    service.configure(older, seeds, f"{folder}/older-log.db", copy)
    print(does_not_start(service, older, f"{service.data}/kek", "epoch 1"))
    shutil.move(f"{service.data}/kek", f"{folder}/kek.away")
    print(does_not_start(service, None, f"{service.data}/kek"))
    shutil.move(f"{folder}/kek.away", f"{service.data}/kek")

    if not service.start():
        sys.exit(f"it does not start again: {service.said()}")
    written = {}
    for client in clients:
        for person, events in client.written.items():
            written.setdefault(person, set()).update(events)
    reader = Client(service, tokens[READERS[0]], threading.Event(), False)
    for person, events in random.sample(sorted(written.items()), min(500, len(written))):
        status, text = reader.ask("GET", f"/v1/persons/{person}/timeline?first=200")
        there = {entry["event_id"] for entry in json.loads(text)["items"]} if status == 200 else set()
        if not events <= there:
            sys.exit(f"what was acknowledged during a roll is not there: {status}")
    lacking = json.loads(reader.ask("GET", "/health/ready")[1]).get("set_aside")
    if lacking:
        sys.exit(f"events cannot be opened any more: {lacking}")
    if int(persons) <= 5_000:
        print(service.run("rebuild", "--check", "--config", service.config, "--url", f"http://127.0.0.1:{service.port}").split("\n")[0] + ": equal")
    service.end()


main(*sys.argv[1:])
