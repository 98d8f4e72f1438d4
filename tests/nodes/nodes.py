"""Several nodes on one PostgreSQL log, one of them killed every few seconds under load. Standard library only.

Each client writes to a node at random, repeats what got no answer on another one under the same key, and reads what it
wrote from yet another, at the position that it was told. Nodes start again while the others serve. At the end every node must
tell the same, with every acknowledged event there once; and the log's own tables must have no gaps, nothing that nobody was
answered with, and each person's deadline once at most.

The nodes share one access log. Each request has an id of its own (`X-Request-Id`), and each answer that told of somebody must
have exactly one record by that id, which is told by another node than the one that answered. All nodes sign checkpoints into
one folder, every second, and `baken verify` must find both logs as they were signed.

Then an event comes that the nodes do not know, as from a newer release: they must stop, say so, lose nothing, and read on when
they know it."""

import collections
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid

from readings import paths_of, tells
from service import configure, free_port

USERS = ["outreach-rotterdam", "day-shelter-rotterdam", "night-shelter-rotterdam", "shelter24-rotterdam"]
READERS = ["coordinator-rotterdam", "night-shelter-rotterdam", "supporter-rotterdam", "police-rotterdam"]
THREADS = 8
SERVED_WITHIN = 10  # seconds: no read may wait longer for a node that answers


class Node:
    def __init__(self, number, binary, folder, database, seeds, key_file):
        self.binary, self.port, self.process = binary, free_port(), None
        self.config = os.path.join(folder, f"node-{number}.toml")
        self.trace = open(os.path.join(folder, f"node-{number}.log"), "ab")
        # A visit of the street doctor is due at once: so there are deadlines that pass, on whichever node is first.
        configure(self.config, seeds, log=f"{database}/log", keys=f"{database}/keys", kek=key_file,
                  issuer=f"{folder}/issuer", bind=f"127.0.0.1:{self.port}", access=f"{database}/access",
                  more=f"""[deadlines]
street_doctor_hours = 0
[checkpoints]
key = "{folder}/checkpoint.key"
folder = "{folder}/kept"
interval_seconds = 1""")

    def start(self):
        self.process = subprocess.Popen([self.binary, "serve", "--config", self.config], stdout=self.trace,
                                        stderr=self.trace, start_new_session=True)

    def wait(self):
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"a node ended by itself with {self.process.returncode}; see {self.trace.name}")
            try:
                if self.call("GET", "/health/ready")[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        sys.exit("a node did not become ready in 30 seconds")

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def call(self, method, path, headers=None, body=None):
        status, text = self.text(method, path, headers, body)
        return status, json.loads(text or "null")

    def text(self, method, path, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            headers = dict(headers or {})
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Asking(threading.Thread):
    """Asks nodes at random, and remembers of each request what was answered, by which node, and whether it told of anybody."""

    def __init__(self, nodes, token, stop):
        super().__init__()
        self.nodes, self.token, self.stop = nodes, token, stop
        self.sent, self.answered = set(), {}
        self.repeats = 0
        self.waits = {"GET": [], "POST": []}
        self.failure = None

    def anywhere(self, method, path, headers, body=None):
        """Asks one node after another until one answers; how long nobody did is remembered."""
        began = time.monotonic()
        while True:
            node, request_id = random.choice(self.nodes), str(uuid.uuid4())
            self.sent.add(request_id)
            with_id = {"Authorization": f"Bearer {self.token}", **headers, "X-Request-Id": request_id}
            try:
                status, text = node.text(method, path, with_id, body)
                answer = json.loads(text or "null")
                refused = status == 503 and answer.get("code") == "access_log_unavailable"
                self.answered[request_id] = (node, method == "GET" and tells(status, text, path), refused)
                if status < 500:
                    self.waits[method].append(time.monotonic() - began)
                    return status, answer
            except (OSError, http.client.HTTPException, ValueError):
                pass
            self.repeats += 1
            if time.monotonic() - began > 60:
                raise RuntimeError(f"no node answered {method} {path} for a minute")
            time.sleep(0.02)

    def run(self):
        try:
            while not self.stop.is_set():
                self.turn()
        except Exception as failure:  # noqa: BLE001: whatever it is, the run has failed
            self.failure = failure


class Reader(Asking):
    """Reads about those whom the clients have brought in, and about nobody."""

    def __init__(self, nodes, token, stop, clients):
        super().__init__(nodes, token, stop)
        self.clients = clients

    def turn(self):
        persons = [client.person for client in self.clients if client.person]
        path = paths_of(persons)
        status, answer = self.anywhere("GET", path, {})
        if status not in (200, 403, 404):
            raise RuntimeError(f"a reading was refused: {status} {path} {answer}")


class Client(Asking):
    def __init__(self, nodes, token, stop):
        super().__init__(nodes, token, stop)
        self.acknowledged, self.person = {}, None
        self.writes = self.reads = 0

    def turn(self):
        if self.person is None or random.random() < 0.2:
            path, body = "/v1/signals", {"channel": "outreach_round", "urgency": "urgent"}
        else:
            path, body = f"/v1/persons/{self.person}/contacts", {"summary": "spoke at the square"}
        status, receipt = self.anywhere("POST", path, {"Idempotency-Key": str(uuid.uuid4())}, body)
        if status not in (200, 201):
            raise RuntimeError(f"a write was refused: {status} {path} {receipt}")
        self.person = receipt["person_id"]
        self.acknowledged.setdefault(self.person, []).extend(receipt["event_ids"])
        self.writes += 1
        # Another node has what this client wrote, at the position that it was told.
        status, page = self.anywhere("GET", f"/v1/persons/{self.person}/timeline?first=200",
                                     {"Baken-Position": str(receipt["position"])})
        found = {entry["event_id"] for entry in page["items"]} if status == 200 else set()
        if page.get("next") is None and not set(receipt["event_ids"]) <= found:
            raise RuntimeError(f"a node does not have what was written before: {status}")
        self.reads += 1
        if len(self.acknowledged[self.person]) > 150:
            self.person = None


def timeline(node, token, person):
    events, after = [], ""
    while True:
        status, page = node.call("GET", f"/v1/persons/{person}/timeline?first=200{after}",
                                 {"Authorization": f"Bearer {token}"})
        if status != 200:
            sys.exit(f"an acknowledged person is gone: {status}")
        events += page["items"]
        if page["next"] is None:
            return events
        after = f"&after={page['next']}"


def pages(node, token, path):
    """All of a list, page by page."""
    items, after = [], ""
    while True:
        status, page = node.call("GET", f"{path}?first=200{after}", {"Authorization": f"Bearer {token}"})
        if status != 200:
            sys.exit(f"{path} is not told: {status}")
        items += page["items"]
        if page["next"] is None:
            return items
        after = f"&after={page['next']}"


def in_log(psql, database, query):
    told = subprocess.run([psql, "-X", "-q", "-A", "-t", "-F", " ", "-d", database, "-c", query], check=True,
                          capture_output=True, text=True)
    return [line.split() for line in told.stdout.splitlines()]


def check_log(psql, database, acknowledged, persons):
    """Holds the log's tables against what the clients were answered with; answers with how many deadlines passed."""
    events = in_log(psql, database, "SELECT position, s.name, revision, e.id, kind FROM baken.events e "
                                    "JOIN baken.streams s ON s.id = e.stream ORDER BY position")
    if [int(event[0]) for event in events] != list(range(1, len(events) + 1)):
        sys.exit("the positions have gaps")
    revisions, passed, made = {}, {}, []
    for _, stream, revision, event, kind in events:
        if int(revision) != revisions.get(stream, -1) + 1:
            sys.exit("a stream has gaps, or a revision twice")
        revisions[stream] = int(revision)
        if kind == "deadline_passed":
            # Each person has one visit that is due, from one signal.
            passed[stream] = passed.get(stream, 0) + 1
        elif kind in ("signal_received", "contact_made"):
            made.append(event)
    there = {event[3] for event in events}
    if len(there) != len(events) or acknowledged - there:
        sys.exit("the log has an event twice, or lacks one that was acknowledged")
    if set(made) - acknowledged:
        sys.exit("an event was recorded that no request was answered with")
    opened = [stream for stream in revisions if stream.startswith("person-")]
    if len(opened) != persons:
        sys.exit(f"{len(opened)} persons were opened, and {persons} acknowledged")
    if any(often > 1 for often in passed.values()):
        sys.exit("a deadline passed twice")
    return len(passed)


def check_accesses(psql, database, nodes, officer, asking):
    """Holds every answer against the records as other nodes tell them; answers with how many answers told of somebody, and how
    many records are of requests that got no answer."""
    told_by = [collections.Counter(record["request_id"] for record in pages(node, officer, "/v1/access-log"))
               for node in nodes]
    told = unanswered = 0
    sent = set()
    for each in asking:
        sent |= each.sent
        for request_id, (node, must, refused) in each.answered.items():
            other = random.choice([other for other in range(len(nodes)) if nodes[other] is not node])
            count = told_by[other][request_id]
            if must and count != 1:
                sys.exit(f"an answer of a node has {count} records on another: request {request_id}")
            if refused and count:
                sys.exit("what was refused for want of a record has one")
            if count > 1:
                sys.exit("a request has several records")
            told += must
        for request_id in each.sent - each.answered.keys():
            if told_by[0][request_id] > 1:
                sys.exit("a request that was cut off has several records")
            unanswered += told_by[0][request_id]
    numbers = [int(number) for (number,) in in_log(psql, database, "SELECT number FROM baken_access.leaves ORDER BY 1")]
    if numbers != list(range(1, len(numbers) + 1)):
        sys.exit("the numbers of the access log have gaps")
    # What these scripts have asked themselves has ids that nobody here remembers.
    if not sent & told_by[0].keys() or not told:
        sys.exit("no reading was recorded")
    return told, unanswered


def verify(binary, node, folder):
    """Both logs are what all nodes have signed, and there is one access log."""
    time.sleep(2)
    verified = subprocess.run([binary, "verify", "--config", node.config, "--key", f"{folder}/checkpoint.key.pub",
                               "--checkpoint", f"{folder}/kept"], capture_output=True, text=True)
    if verified.returncode or verified.stdout.count("are as they were signed") != 2:
        sys.exit(f"the logs are not as they were signed: {verified.stdout} {verified.stderr}")
    if len(os.listdir(f"{folder}/kept/access")) != 1:
        sys.exit("the nodes have signed several access logs")
    return len(os.listdir(f"{folder}/kept/checkpoints")), len(os.listdir(
        f"{folder}/kept/access/{os.listdir(f'{folder}/kept/access')[0]}/checkpoints"))


def meet_a_newer_release(psql, log, nodes, token):
    """Appends an event of a version to come, under the log's own lock, and makes it one of today's when all have stopped."""
    person = str(uuid.uuid4())
    in_log(psql, log, f"""
        SELECT pg_advisory_xact_lock(1650551662, 1819240295);
        INSERT INTO baken.streams SELECT max(id) + 1, 'person-{person}' FROM baken.streams;
        INSERT INTO baken.events
            SELECT (SELECT max(position) + 1 FROM baken.events), (SELECT max(id) FROM baken.streams), 0,
                   gen_random_uuid(), kind, data, convert_to(
                       (convert_from(metadata, 'UTF8')::jsonb - 'idempotency'::text || '{{"version": 1000}}'::jsonb)::text, 'UTF8')
            FROM baken.events WHERE kind = 'signal_received' ORDER BY position LIMIT 1;
        NOTIFY baken_log""")
    asked = {"Authorization": f"Bearer {token}"}
    for node in nodes:
        for _ in range(200):
            if node.call("GET", "/health/ready")[0] == 503:
                break
            time.sleep(0.05)
        for path in ["/health/ready", "/v1/persons"]:
            status, answer = node.call("GET", path, asked)
            if (status, answer.get("code")) != (503, "outdated"):
                sys.exit(f"a node that does not know an event answers {path} with {status} {answer}")
        if "following stopped: an event of the log is not understood" not in open(node.trace.name).read():
            sys.exit("a node that does not know an event does not say so")
    nodes[0].kill()
    nodes[0].start()
    if nodes[0].process.wait(30) == 0:
        sys.exit("a node that does not know an event started, and ended as if all were well")
    in_log(psql, log, """UPDATE baken.events SET metadata = convert_to(
        (convert_from(metadata, 'UTF8')::jsonb || '{"version": 1}'::jsonb)::text, 'UTF8')
        WHERE position = (SELECT max(position) FROM baken.events)""")
    for node in nodes:
        node.kill()
        node.start()
    for node in nodes:
        node.wait()
        if "signal_received" not in [entry["type"] for entry in timeline(node, token, person)]:
            sys.exit("an upgraded node does not tell what it did not know before")


def main(binary, folder, database, seeds, psql, seconds, every):
    with open(os.path.join(folder, "kek"), "w") as key:
        os.chmod(key.name, 0o600)
        key.write("1:" + __import__("base64").b64encode(os.urandom(32)).decode() + "\n")
    subprocess.run([binary, "checkpoint-key", "nodes.example.org", f"{folder}/checkpoint.key"], check=True,
                   stdout=subprocess.DEVNULL)
    nodes = [Node(number, binary, folder, database, seeds, key.name) for number in range(3)]
    for node in nodes:
        node.start()
    for node in nodes:
        node.wait()
    token = {user: subprocess.run([binary, "token", user, "--data", os.path.join(folder, "issuer")], check=True,
                                  capture_output=True, text=True).stdout.strip()
             for user in {*USERS, *READERS, "privacy-officer"}}
    officer = token.pop("privacy-officer")
    stop = threading.Event()
    clients = [Client(nodes, token[USERS[n % len(USERS)]], stop) for n in range(THREADS)]
    readers = [Reader(nodes, token[user], stop, clients) for user in READERS]
    asking = [*clients, *readers]
    for each in asking:
        each.start()
    began, kills = time.monotonic(), 0
    while time.monotonic() - began < seconds and not any(each.failure for each in asking):
        time.sleep(every * random.uniform(0.5, 1.5))
        node = random.choice(nodes)
        node.kill()
        kills += 1
        time.sleep(random.uniform(0, 1))
        node.start()
        node.wait()
    stop.set()
    for each in asking:
        each.join()
    for each in asking:
        if each.failure:
            sys.exit(f"a client failed: {each.failure}")

    # One has read the whole log at once, and the others as it was written.
    nodes[0].kill()
    nodes[0].start()
    nodes[0].wait()
    events, acknowledged = 0, set()
    # What fell due last has passed by now, wherever.
    time.sleep(3)
    for path in ["/v1/worklist", "/v1/persons"]:
        for user in token:
            told = [pages(node, token[user], path) for node in nodes]
            if told[1:] != told[:-1]:
                sys.exit(f"the nodes do not tell {user} the same of {path}")
            if user == "coordinator-rotterdam" and not told[0]:
                sys.exit(f"{path} is empty for those who coordinate")
    for client in clients:
        for person, expected in client.acknowledged.items():
            told = [timeline(node, token["coordinator-rotterdam"], person) for node in nodes]
            if told[1:] != told[:-1]:
                sys.exit("the nodes do not tell the same")
            found = [entry["event_id"] for entry in told[0]]
            if len(set(found)) != len(found) or len(set(expected)) != len(expected):
                sys.exit("an event is there twice, or two requests were answered with one")
            if set(expected) - set(found):
                sys.exit("an acknowledged event is missing")
            acknowledged |= set(expected)
            events += len(expected)
    persons = sum(len(client.acknowledged) for client in clients)
    deadlines = check_log(psql, f"{database}/log", acknowledged, persons)
    told, unanswered = check_accesses(psql, f"{database}/access", nodes, officer, asking)
    checkpoints = verify(binary, nodes[0], folder)
    meet_a_newer_release(psql, f"{database}/log", nodes, token["coordinator-rotterdam"])
    for node in nodes:
        node.kill()
    # What was due before a node started waits a quarter of an hour on that node; there was mostly one that ran before.
    if deadlines < persons * 0.9:
        sys.exit(f"of {persons} visits that were due at once, only {deadlines} passed")
    reads, writes = (sorted(wait for each in asking for wait in each.waits[method]) for method in ("GET", "POST"))
    if reads[-1] > SERVED_WITHIN:
        sys.exit(f"for {reads[-1]:.1f} s no node answered a read")
    wait = lambda waits: (f"{statistics.median(waits) * 1000:.1f} ms (median), {waits[int(len(waits) * 0.99)] * 1000:.0f} "
                          f"ms (p99), {waits[-1]:.1f} s (longest)")
    print(f"3 nodes, {kills} kills in {time.monotonic() - began:.0f} s: {events} acknowledged events, none missing, "
          f"none doubled, no gaps; {deadlines} deadlines of {persons} persons passed, none twice; {len(writes)} writes and "
          f"{len(reads)} reads, {sum(each.repeats for each in asking)} sent again; {told} answers told of somebody, each with "
          f"one record that another node tells; {unanswered} records of requests without an answer; {checkpoints[0]} and "
          f"{checkpoints[1]} checkpoints of the event log and the access log, none belied; reads answered in {wait(reads)}; "
          f"writes in {wait(writes)}")


main(*sys.argv[1:6], *map(float, sys.argv[6:]))
