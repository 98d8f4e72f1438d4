"""A steady load: so many requests a second, whatever the service does with them. Standard library only.

Each request has a planned time, and its latency is counted from there and not from when it could be sent: a service that
stands still makes all that were planned meanwhile late. A part of the load asks for nothing (`/health/live`), to tell how
steady the machine itself was."""

import http.client
import json
import random
import threading
import time
import uuid

CONNECTIONS = 32
COORDINATOR, SHELTER, OUTREACH = "coordinator-rotterdam", "night-shelter-rotterdam", "outreach-rotterdam"
USERS = [COORDINATOR, SHELTER, OUTREACH]

CASE_FILE = """query($id: ID!) { person(id: $id) { personId phase municipality identity { name alias }
    presence { lastSeen { occurredAt locationType } stays { bedId kind from } } referrals { referralId state to } } }"""
WORKLIST = "{ worklist(first: 50) { nodes { kind dueAt overdue personId } } }"

# Of each hundred requests. `write` is the next step of somebody's story; in the quiet times it is a case file instead.
MIX = [("write", 10), ("case file", 35), ("timeline", 10), ("persons list", 10), ("worklist", 10),
       ("GraphQL case file", 10), ("GraphQL worklist", 5), ("nothing", 10)]


class Story:
    """One person's way through a night shelter: each step is one write, and the next one waits for its answer."""

    def __init__(self, dice, person):
        self.person, self.referral, self.bed = person, None, None
        self.steps = self.tell(dice)

    def tell(self, dice):
        if self.person is None:
            yield "signal", OUTREACH, "/v1/signals", {"channel": "outreach_round", "urgency": "soon",
                                                      "identity": {"alias": "Somebody of the soak"}}
            yield "contact", OUTREACH, self.at("contacts"), {"summary": "spoke at the square"}
        yield "referral", COORDINATOR, self.at("referrals"), {"to": SHELTER, "offering": "night_bed",
                                                              "urgency": "soon", "reason": "sleeps in the park"}
        if dice.random() < 0.25:
            yield "referral declined", SHELTER, self.at(f"referrals/{self.referral}/decline"), {
                "reason": "place_scarcity"}
            return
        yield "referral accepted", SHELTER, self.at(f"referrals/{self.referral}/accept"), {}
        yield "bed", SHELTER, self.at("beds"), {"kind": "night_shelter_eu",
                                                "facility": "night-shelter-rotterdam-beds"}
        yield "intake", SHELTER, self.at("intakes"), {"location_type": "night_shelter_eu",
                                                      "living_situation": "living_rough",
                                                      "circumstances": "has slept outside for some weeks",
                                                      "problems": ["uninsured", "no_postal_address"]}
        for _ in range(dice.randint(1, 3)):
            yield "attendance", SHELTER, self.at("attendances"), {"status": "present"}
        yield "signal", SHELTER, "/v1/signals", {"channel": "shelter_intake", "person_id": self.person,
                                                 "observations": "coughs at night"}
        yield "contact", COORDINATOR, self.at("contacts"), {"summary": "called the shelter"}
        yield "bed released", SHELTER, self.at(f"beds/{self.bed}/release"), {"reason": "ended"}
        yield "referral withdrawn", COORDINATOR, self.at(f"referrals/{self.referral}/withdraw"), {
            "reason": "no_longer_needed"}

    def at(self, part):
        return f"/v1/persons/{self.person}/{part}"

    def told(self, receipt):
        self.person = receipt["person_id"]
        self.referral = receipt.get("referral_id", self.referral)
        self.bed = receipt.get("bed_id", self.bed)


class Load:
    def __init__(self, port, tokens, persons, rate, seed=1):
        self.port, self.tokens, self.rate = port, tokens, rate
        self.dice, self.lock = random.Random(seed), threading.Lock()
        self.persons, self.waiting = persons, list(persons)
        self.dice.shuffle(self.waiting)
        self.idle = [self.story() for _ in range(200)]
        self.quiet, self.stopped = False, False
        self.samples, self.failures, self.sent, self.last_failure = [], 0, 0, None
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(CONNECTIONS)]

    def story(self):
        """Of somebody known; of somebody new now and then."""
        new = self.dice.random() < 0.2 or not self.waiting
        return Story(self.dice, None if new else self.waiting.pop())

    def start(self):
        self.began = time.monotonic() + 0.2
        self.planned = 0
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()

    def take(self):
        """The samples since the last time: (kind, seconds)."""
        with self.lock:
            samples, self.samples = self.samples, []
            return samples

    def next(self):
        with self.lock:
            at, self.planned = self.began + self.planned / self.rate, self.planned + 1
            kind = self.dice.choices([kind for kind, _ in MIX], [weight for _, weight in MIX])[0]
            if kind == "write":
                if not self.quiet and self.idle:
                    # The one that has waited longest: whatever is written on, it is not always the same few.
                    return at, self.idle.pop(0), None
                kind = "case file"
            return at, None, (kind, self.dice.choice(self.persons))

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.stopped:
            at, story, read = self.next()
            time.sleep(max(0.0, at - time.monotonic()))
            if story is None:
                kind, method, user, path, body = (read[0], *reading(*read))
            else:
                step = next(story.steps, None)
                if step is None:
                    with self.lock:
                        if story.person is not None:
                            self.waiting.insert(0, story.person)
                        story = self.story()
                    step = next(story.steps)
                (kind, user, path, body), method = step, "POST"
            answer = self.send(connection, kind, method, user, path, body, at)
            if story is not None:
                if answer is None:
                    continue  # The story ends where it failed; the failure is counted.
                story.told(answer)
                with self.lock:
                    self.idle.append(story)

    def send(self, connection, kind, method, user, path, body, at):
        headers = {"Authorization": f"Bearer {self.tokens[user]}"} if user else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = str(uuid.uuid4())
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as broken:
            connection.close()
            status, text = None, str(broken).encode()
        took = time.monotonic() - at
        good = status in (200, 201) and not (path == "/graphql" and b'"errors"' in text)
        with self.lock:
            self.sent += 1
            self.samples.append((kind, took))
            if not good:
                self.failures += 1
                self.last_failure = f"{kind}: {status} {text[:300].decode(errors='replace')}"
        return json.loads(text) if good else None


def reading(kind, person):
    """The method, user, path and body of a read."""
    if kind == "GraphQL case file":
        return "POST", COORDINATOR, "/graphql", {"query": CASE_FILE, "variables": {"id": person}}
    if kind == "GraphQL worklist":
        return "POST", COORDINATOR, "/graphql", {"query": WORKLIST}
    paths = {"case file": f"/v1/persons/{person}", "timeline": f"/v1/persons/{person}/timeline?first=50",
             "persons list": "/v1/persons?phase=sheltered&first=50", "worklist": "/v1/worklist?first=50",
             "nothing": "/health/live"}
    return "GET", None if kind == "nothing" else COORDINATOR, paths[kind], None
