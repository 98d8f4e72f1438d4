"""Erases persons and looks whether anything of them is left. Standard library, and strace.

`canaries`: random histories of persons who are all described by canary texts; half of them are erased. No file holds a canary in
any form, before or after: not the data folder, a backup, the webhook store, the access log, the log of the service, nor what was
exported. Nothing of the erased is told any more: by the service, by one on the log from before with the keys of today, and by
one on log and key store from before with the key-encryption key of today, which does not start.

`kills`: an erasure is killed with SIGKILL at each write, flush, renaming and deletion that it makes, one in each run. After a
restart it is finished, or was never begun: then the person is there, and can be erased."""

import contextlib
import http.client
import http.server
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid

from scan import found, proves_itself
from service import configure, free_port, port_of

CANARY = "Kanarek"
COORDINATOR, OFFICER, SHELTER = "coordinator-rotterdam", "privacy-officer", "night-shelter-rotterdam"
USERS = [COORDINATOR, OFFICER, SHELTER, "outreach-rotterdam", "street-doctor-rotterdam"]
CALLS = "write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,fallocate,rename,renameat,renameat2,unlink,unlinkat"


class Service:
    """A folder with everything in it, and the service on it."""

    def __init__(self, binary, folder, seeds, data=None, more=""):
        self.binary, self.folder, self.process = binary, folder, None
        self.data = data or f"{folder}/data"
        os.makedirs(self.data, exist_ok=True)
        self.trace = f"{folder}/trace"
        with open(f"{folder}/organisations.json", "w") as organisations:
            organisations.write(open(f"{seeds}/demo/organisations.json").read())
        configure(f"{folder}/baken.toml", seeds, log=f"sqlite:{self.data}/log.db", keys=f"{self.data}/keys.db",
                  kek=f"{self.data}/kek", issuer=f"{self.data}", access=f"{self.data}/access.db",
                  organisations=f"{folder}/organisations.json", more=more)

    def start(self):
        with open(self.trace, "ab") as trace:
            trace.truncate(0)
            self.process = subprocess.Popen([self.binary, "serve", "--config", f"{self.folder}/baken.toml"],
                                            stdout=trace, stderr=trace, start_new_session=True)
        self.port = port_of(self.process, self.trace, 120)
        return self.port is not None

    def must_start(self):
        if not self.start():
            raise RuntimeError(f"it does not start: {open(self.trace).read()}")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def token(self, user):
        return self.run("token", user, "--data", self.data)

    def run(self, *command):
        done = subprocess.run([self.binary, *command], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"baken {' '.join(command)}: {done.stderr}")
        return done.stdout.strip()

    def ask(self, token, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                       "Idempotency-Key": str(uuid.uuid4())}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def must(self, token, method, path, body=None):
        status, text = self.ask(token, method, path, body)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {status} {text}")
        return json.loads(text)

    def told(self, tokens, person):
        """All that is told of a person, by whoever may."""
        told = ""
        for user in (COORDINATOR, SHELTER):
            for path in ("", "/timeline?first=200"):
                status, text = self.ask(tokens[user], "GET", f"/v1/persons/{person}{path}")
                told += text if status == 200 else ""
        return told


def make_kek(data):
    """A key-encryption key; its line."""
    line = "1:" + __import__("base64").b64encode(os.urandom(32)).decode()
    with open(os.open(f"{data}/kek", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(line + "\n")
    return line


def until(done, seconds, what):
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise RuntimeError(f"{what} does not come to its end")
        time.sleep(0.05)


def state(data):
    """What the files say: the epochs of the key file, those that the store knows, who is erased, whose keys there are."""
    keks = [int(line.split(":")[0]) for line in open(f"{data}/kek").read().split("\n") if line]
    with contextlib.closing(sqlite3.connect(f"file:{data}/keys.db?mode=ro", uri=True)) as store:
        known = [epoch for (epoch,) in store.execute("SELECT epoch FROM epochs")]
        erased = {bytes(person).hex() for (person,) in store.execute("SELECT person FROM tombstones")}
        owners = {bytes(owner).hex() for (owner,) in store.execute("SELECT DISTINCT owner FROM data_keys")}
    return keks, known, erased, owners


# --- canaries


class Canaries:
    """Texts that are nowhere else, each another one."""

    def __init__(self):
        self.number = 0

    def __call__(self):
        self.number += 1
        return f"{CANARY}-{self.number}-{random.getrandbits(64):016x}"


def identity(text):
    return {field: text() for field in ("name", "alias", "birth_place", "contact", "appearance", "origin")
            if random.random() < 0.7} or {"name": text()}


STEPS = [
    ("outreach-rotterdam", "contacts", lambda text: {"location": text(), "summary": text(), "observations": text()}),
    (SHELTER, "contacts", lambda text: {"summary": text(), "problems": ["uninsured"]}),
    (SHELTER, "intakes", lambda text: {"identity": identity(text), "care_needs": text(), "circumstances": text(),
                                       "findings": text()}),
    (SHELTER, "notes", lambda text: {"text": text()}),
    (COORDINATOR, "notes", lambda text: {"text": text()}),
    (SHELTER, "incidents", lambda text: {"kind": "aggression", "severity": "low", "description": text()}),
    (SHELTER, "identity", lambda text: {"claim": identity(text), "assurance": "self_declared"}),
    (COORDINATOR, "referrals", lambda text: {"to": "day-shelter-rotterdam", "offering": "meal_warm_seat",
                                             "reason": text()}),
    (COORDINATOR, "referrals", lambda text: {"to": "street-doctor-rotterdam", "offering": "medical_drop_in",
                                             "urgency": "soon", "reason": text()}),
    (SHELTER, "exceptions", lambda text: {"kind": "longer_24h_stay", "reason": text()}),
    (COORDINATOR, "lookouts", lambda text: {"recipients": [{"kind": "outreach_team", "municipality": "rotterdam"}],
                                            "description": text()}),
    (COORDINATOR, "care-alerts", lambda text: {"to": "police-rotterdam", "description": text()}),
    (COORDINATOR, "out-of-sight", lambda text: {}),
    (COORDINATOR, "return-options", lambda text: {"language": "pl", "wish": "undecided", "options": text()}),
    (COORDINATOR, "uninsured-reports", lambda text: {"consent_effort": text()}),
    (COORDINATOR, "close", lambda text: {"reason": "other", "explanation": text()}),
    (COORDINATOR, "reopen", lambda text: {"explanation": text()}),
]


def lived(service, tokens, text, taken, steps):
    """A person with these steps in its history; `taken` counts its commands by kind."""
    signal_of = {"channel": "shelter_intake", "municipality": "rotterdam", "identity": identity(text), "location": text(),
                 "observations": text(), "conduct": text(), "circumstances": text()}
    person = service.must(tokens[SHELTER], "POST", "/v1/signals", signal_of)["person_id"]
    for user, path, body in steps:
        status, said = service.ask(tokens[user], "POST", f"/v1/persons/{person}/{path}", body(text))
        # What does not fit what happened before is refused.
        if status not in (201, 403, 404, 409):
            raise RuntimeError(f"{path}: {status} {said}")
        taken[path] += status == 201
    return person


class Receiver(threading.Thread):
    """Takes the first messages of webhooks, and refuses the rest: they wait in the store."""

    def __init__(self):
        super().__init__(daemon=True)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204 if random.random() < 0.5 else 500)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port

    def run(self):
        self.server.serve_forever()


def canaries(binary, folder, seeds, histories):
    began = time.monotonic()
    tried = proves_itself(f"{folder}/proof")
    whole = f"{folder}/whole"
    more = (f'[webhooks]\nstore = "{whole}/data/webhooks.db"\nplain_http = true\nnetworks = ["127.0.0.0/8"]\n'
            '[telemetry]\nfilter = "debug"')
    service = Service(binary, whole, seeds, more=more)
    first = make_kek(service.data)
    service.must_start()
    tokens = {user: service.token(user) for user in USERS}
    receiver = Receiver()
    receiver.start()
    service.must(tokens[COORDINATOR], "POST", "/v1/webhooks", {"url": f"http://127.0.0.1:{receiver.port}/hook"})
    text, taken = Canaries(), {path: 0 for _, path, _ in STEPS}
    # The first has every kind of entry, in an order that fits; the others what comes.
    persons = [lived(service, tokens, text, taken, STEPS)]
    persons += [lived(service, tokens, text, taken, random.choices(STEPS, k=random.randint(0, 25)))
                for _ in range(histories - 1)]
    if min(taken.values()) == 0:
        raise RuntimeError(f"not every kind of entry was taken: {taken}")
    told = [service.told(tokens, person) for person in persons]
    if any(CANARY not in each for each in told):
        raise RuntimeError("a canary that was recorded is not told")

    def nothing_is_found(when, *folders):
        hits = list(found([whole, *folders], CANARY))
        if hits:
            raise RuntimeError(f"{when}: {hits[:5]}")

    nothing_is_found("before the erasures")
    before = f"{folder}/before"
    os.makedirs(before)
    service.run("backup", f"{before}/log.db", "--keys", f"{before}/keys.db", "--config", f"{whole}/baken.toml")
    erased, others = persons[:len(persons) // 2], persons[len(persons) // 2:]
    random.shuffle(erased)
    for person in erased:
        service.must(tokens[OFFICER], "POST", f"/v1/persons/{person}/erase", {"ground": "request"})
    until(lambda: len(state(service.data)[0]) == 1 and len(state(service.data)[1]) == 1, 60, "the roll")

    def checked(service):
        for person in erased:
            if CANARY in service.told(tokens, person):
                raise RuntimeError("something is told of a person who was erased")
        if any(CANARY not in service.told(tokens, person) for person in others):
            raise RuntimeError("nothing is told of somebody who was not erased")

    checked(service)
    exported = f"{folder}/exported"
    os.makedirs(exported)
    for number, person in enumerate(erased):
        for kind in ("json", "fhir+json"):
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
            connection.request("GET", f"/v1/persons/{person}/access-log",
                               headers={"Authorization": f"Bearer {tokens[OFFICER]}", "Accept": f"application/{kind}"})
            with open(f"{exported}/{number}-{kind[:4]}", "wb") as file:
                file.write(connection.getresponse().read())
    after = f"{folder}/after"
    os.makedirs(after)
    service.run("backup", f"{after}/log.db", "--keys", f"{after}/keys.db", "--config", f"{whole}/baken.toml")
    nothing_is_found("after the erasures", before, after, exported)
    if list(found([whole, before, after], first.split(":")[1])):
        raise RuntimeError("the key-encryption key from before is still there")
    service.end()
    nothing_is_found("after the end", before, after, exported)
    service.must_start()
    checked(service)
    service.end()

    # The log from before, with the keys of today.
    older = Service(binary, f"{folder}/older-log", seeds)
    shutil.copytree(service.data, older.data, dirs_exist_ok=True)
    for name in ("log.db", "log.db-wal", "log.db-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{older.data}/{name}")
    shutil.copy(f"{before}/log.db", f"{older.data}/log.db")
    older.must_start()
    checked(older)
    older.end()
    # With the key store from before as well.
    for name in ("keys.db", "keys.db-wal", "keys.db-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{older.data}/{name}")
    shutil.copy(f"{before}/keys.db", f"{older.data}/keys.db")
    if older.start():
        older.kill()
        raise RuntimeError("a key store from before an erasure opens with the key-encryption key of today")
    if "epoch 1" not in open(older.trace).read():
        raise RuntimeError(f"it does not start for another reason: {open(older.trace).read()}")
    print(f"{histories} histories with {histories + sum(taken.values())} entries and {text.number} canaries, {len(erased)} persons erased: no canary in any "
          f"file, nothing of the erased is told, none of the others is lost; the scan found {tried} of {tried} decoys; "
          f"{time.monotonic() - began:.0f} s", flush=True)


# --- kills


TRACED = re.compile(r"^(\d+) +(?:[\d.]+ +)?(\w+)\((.*)$")


def attach(service, strace):
    """Traces the service from here on."""
    tracer = subprocess.Popen(["strace", "-f", "-q", *strace, "-p", str(service.process.pid)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    threads = f"/proc/{service.process.pid}/task"

    def untraced(thread):
        try:
            return "TracerPid:\t0\n" in open(f"{threads}/{thread}/status").read()
        except (FileNotFoundError, ProcessLookupError):
            return False

    while any(untraced(thread) for thread in os.listdir(threads)):
        if tracer.poll() is not None:
            raise RuntimeError("strace may not attach: see /proc/sys/kernel/yama/ptrace_scope")
        time.sleep(0.01)
    return tracer


def points(traced, data):
    """The calls of an erasure: (file, call, which of them of its thread)."""
    per_thread = {}
    for line in open(traced):
        call = TRACED.match(line)
        if not call or call[2] not in CALLS.split(","):
            continue
        # The file a descriptor stands for, or the first path that is named.
        path = re.search(re.escape(data) + r"/([\w.-]+)", call[3])
        if path:
            key = (call[1], path[1], call[2])
            per_thread[key] = per_thread.get(key, 0) + 1
    most = {}
    for (_, file, call), count in per_thread.items():
        most[file, call] = max(most.get((file, call), 0), count)
    return [(file, call, number + 1) for (file, call), count in sorted(most.items()) for number in range(count)]


class Erasing:
    """Runs on copies of one folder, in which two persons are known."""

    def __init__(self, binary, folder, seeds):
        self.binary, self.folder, self.seeds, self.number = binary, folder, seeds, 0
        made = Service(binary, f"{folder}/made", seeds)
        self.first = make_kek(made.data)
        made.must_start()
        self.tokens = {user: made.token(user) for user in USERS}
        text = lambda: f"{CANARY} of the first"
        body = lambda text: {"channel": "shelter_intake", "municipality": "rotterdam", "identity": {"name": text()},
                             "observations": text(), "conduct": text(), "circumstances": text()}
        self.person = made.must(self.tokens[SHELTER], "POST", "/v1/signals", body(text))["person_id"]
        text = lambda: "Somebody else"
        self.other = made.must(self.tokens[SHELTER], "POST", "/v1/signals", body(text))["person_id"]
        made.end()
        self.made = made.data

    def service(self):
        self.number += 1
        service = Service(self.binary, f"{self.folder}/run-{self.number}", self.seeds)
        shutil.copytree(self.made, service.data, dirs_exist_ok=True)
        service.must_start()
        return service

    def erase(self, service):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return service.ask(self.tokens[OFFICER], "POST", f"/v1/persons/{self.person}/erase", {"ground": "request"})[0]
        return None

    def is_over(self, service):
        with contextlib.suppress(OSError, sqlite3.Error):
            keks, known, erased, _ = state(service.data)
            return keks == known and len(keks) == 1 and bool(erased)
        return False

    def check_finished(self, service):
        """Nothing of the person is told, no key of theirs is left, and no older copy of the key store opens."""
        owner = self.person.replace("-", "")
        until(lambda: self.is_over(service), 30, "an erasure")
        keks, known, erased, owners = state(service.data)
        if owner not in erased or owner in owners:
            raise RuntimeError("an erased person has keys")
        if keks == [1] or keks != known:
            raise RuntimeError(f"the key file has {keks}, the store knows {known}")
        if CANARY in service.told(self.tokens, self.person):
            raise RuntimeError("something is told of the erased")
        if "Somebody else" not in service.told(self.tokens, self.other):
            raise RuntimeError("nothing is told of the other")
        secret = self.first.split(":")[1]
        left = [file for file, _ in found([service.data], secret)]
        if left:
            raise RuntimeError(f"the key-encryption key from before is left in {left}")

    def run(self, point):
        """One erasure that is killed there; whether it was finished at the restart, None where the call was not made."""
        file, call, number = point
        service = self.service()
        try:
            told = f"{service.folder}/strace"
            tracer = attach(service, ["-P", f"{service.data}/{file}", "-o", told, "-e", f"trace={CALLS}", "-e",
                                      f"inject={call}:signal=SIGKILL:when={number}"])
            answer = self.erase(service)
            with contextlib.suppress(subprocess.TimeoutExpired, RuntimeError):
                until(lambda: service.process.poll() is not None or self.is_over(service), 20, "the run")
                service.process.wait(2)
            struck = service.process.poll() is not None
            service.kill()
            tracer.wait(20)
            service.must_start()
            owner = self.person.replace("-", "")
            recorded = '"subject_erased"' in service.told(self.tokens, self.person)
            if answer == 201 and not recorded:
                raise RuntimeError("an erasure that was acknowledged is not there")
            if recorded:
                self.check_finished(service)
            else:
                if CANARY not in service.told(self.tokens, self.person) or owner in state(service.data)[2]:
                    raise RuntimeError("the erasure was not recorded, and something of the person is gone")
                if self.erase(service) != 201:
                    raise RuntimeError("who was not erased cannot be erased")
                self.check_finished(service)
            service.end()
            shutil.rmtree(service.folder)
            return recorded if struck else None
        except RuntimeError as wrong:
            service.kill()
            sys.exit(f"SIGKILL at {call} number {number} of {file}: {wrong}\n{open(service.trace).read()[-3000:]}")


def kills(binary, folder, seeds, wanted):
    began, erasing = time.monotonic(), Erasing(binary, folder, seeds)
    clean = erasing.service()
    tracer = attach(clean, ["-y", "-o", f"{folder}/clean", "-e", f"trace={CALLS}"])
    if erasing.erase(clean) != 201:
        sys.exit("without kills the person is not erased")
    until(lambda: erasing.is_over(clean), 30, "an erasure")
    time.sleep(0.5)
    tracer.send_signal(signal.SIGTERM)  # it lets go
    tracer.wait(20)
    erasing.check_finished(clean)
    clean.end()
    every = points(f"{folder}/clean", clean.data)
    calls = {}
    for file, call, _ in every:
        calls[file, call] = calls.get((file, call), 0) + 1
    print(", ".join(f"{file}: {count} × {call}" for (file, call), count in calls.items()), flush=True)
    plan = every if wanted == "all" else random.sample(every, min(int(wanted), len(every)))
    outcomes = [erasing.run(point) for point in plan]
    finished, begun_not, missed = outcomes.count(True), outcomes.count(False), outcomes.count(None)
    if not finished or missed > len(plan) / 2:
        sys.exit(f"too few kills struck: {missed} of {len(plan)} did not")
    print(f"{len(every)} points; {len(plan)} runs, {missed} of which were not killed: {finished} erasures were finished at the restart, {begun_not} "
          f"were never begun, none was half done; {time.monotonic() - began:.0f} s", flush=True)


if sys.argv[1] == "canaries":
    canaries(*sys.argv[2:5], int(sys.argv[5]))
else:
    kills(*sys.argv[2:6])
