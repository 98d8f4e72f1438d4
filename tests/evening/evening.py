"""A shelter's evening of twelve guests, one of whom does not come, and the coordinator's morning. Standard library only.

The evening is played three times: with the list of the evening in one call; with lines of a batch, as an app does that was
without network; and with a call for each guest. Nobody tells Baken that the twelfth did not come."""

import datetime
import http.client
import json
import os
import subprocess
import sys
import time
import uuid

from service import configure, port_of

SHELTER, COORDINATOR = "night-shelter-rotterdam", "coordinator-rotterdam"
EVENING_LIST = "/v1/facilities/night-shelter-rotterdam-beds/evening"
LIST, BATCH, EACH = "the list of the evening", "the lines of a batch", "a call for each guest"
GUESTS = 12
CALLS = 15
# Seconds until the guests are expected: the terms are set so that it is night at once.
EVENING = 6
TERMS = """
[deadlines]
exception_decision_hours = 1
no_show_grace_minutes = 0
no_show_grace_vulnerable_minutes = 0
"""


class Service:
    def __init__(self, binary, folder, seeds):
        key = os.path.join(folder, "kek")
        with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("1:" + "A" * 43 + "=")
        os.mkdir(f"{folder}/data")
        config = f"{folder}/baken.toml"
        configure(config, seeds, log=f"sqlite:{folder}/data/log.db", keys=f"{folder}/data/keys.db", kek=key,
                  issuer=f"{folder}/issuer", more=TERMS)
        trace = f"{folder}/trace"
        with open(trace, "wb") as output:
            self.process = subprocess.Popen([binary, "serve", "--config", config], stdout=output, stderr=output,
                                            env={**os.environ, "BAKEN_TELEMETRY__FILTER": "info"})
        self.port = port_of(self.process, trace, 30)
        if self.port is None:
            sys.exit(open(trace).read())
        self.binary, self.issuer = binary, f"{folder}/issuer"

    def user(self, name):
        token = subprocess.run([self.binary, "token", name, "--data", self.issuer], check=True, capture_output=True,
                               text=True).stdout.strip()
        return User(self.port, token)


class User:
    """Somebody at a screen, whose calls are counted."""

    def __init__(self, port, token):
        self.port, self.token, self.calls = port, token, 0

    def call(self, method, path, body=None, kind="application/json"):
        self.calls += 1
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers |= {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status not in (200, 201):
            sys.exit(f"{method} {path}: {answer.status} {text}")
        return text

    def get(self, path):
        return json.loads(self.call("GET", path))

    def post(self, path, body):
        return json.loads(self.call("POST", path, json.dumps(body)))

    def send(self, lines):
        """Many lines in one call."""
        lines = [{"id": str(uuid.uuid4()), **line} for line in lines]
        answers = self.call("POST", "/v1/batch", "".join(json.dumps(line) + "\n" for line in lines),
                            "application/x-ndjson")
        answers = [json.loads(answer) for answer in answers.splitlines()]
        wrong = [answer for answer in answers if answer["status"] != 201]
        if wrong or len(answers) != len(lines):
            sys.exit(f"the list was not taken: {wrong}")
        return answers


def check(holds, what):
    if not holds:
        sys.exit(f"evening: {what}")


def beds_for_twelve(shelter):
    """The days before: the shelter knows its guests, and each has a bed. One is confused, and has to be looked after."""
    expected = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=EVENING)).isoformat()
    known = [{"command": "report_signal",
              "data": {"channel": "shelter_intake", "identity": {"alias": f"guest {number}"},
                       "problems": ["confused_behaviour"] if number == GUESTS else []}}
             for number in range(1, GUESTS + 1)]
    opened = shelter.send(known)
    guests = [answer["receipt"]["person_id"] for answer in opened]
    shelter.send([{"command": "assign_bed", "person_id": guest,
                   "data": {"kind": "night_shelter_eu", "expected_by": expected}} for guest in guests])
    # There is other work for the coordinator, which is due sooner.
    shelter.post(f"/v1/persons/{guests[0]}/exceptions",
                 {"kind": "longer_night_stay", "reason": "he starts work in a week"})
    return guests


def states(shelter, guests):
    """How it stands with the guests, as the list of the evening says."""
    told = {guest["person_id"]: guest["state"] for guest in shelter.get(EVENING_LIST)["guests"]}
    return [told.get(guest) for guest in guests]


def evening(shelter, guests, how):
    """Eleven come. What is done about the twelfth is what the worklist says."""
    *come, missing = guests
    attendance = {"status": "present"}
    if how == LIST:
        check(states(shelter, guests) == ["expected"] * GUESTS, "all twelve are expected")
        lines = [{"status": "arrived", "person_id": guest} for guest in come]
        answers = shelter.post(EVENING_LIST, {"lines": lines})["items"]
        check([answer["status"] for answer in answers] == [201] * len(come), f"the list was not taken: {answers}")
    elif how == BATCH:
        shelter.send([{"command": "record_attendance", "person_id": guest, "data": attendance} for guest in come])
    else:
        for guest in come:
            shelter.post(f"/v1/persons/{guest}/attendances", attendance)
    time.sleep(EVENING)
    # The watch may need a moment.
    for _ in range(3):
        tasks = shelter.get("/v1/worklist?kind=trace_no_show")["items"]
        if tasks:
            break
        time.sleep(1)
    if how == LIST:
        check(states(shelter, guests) == ["arrived"] * len(come) + ["held"], f"it reads {states(shelter, guests)}")
    check([task["person_id"] for task in tasks] == [missing], f"the shelter is asked to trace {tasks}")
    check(tasks[0]["stake"] == "danger" and tasks[0]["identity"]["alias"] == f"guest {GUESTS}", f"it reads {tasks[0]}")
    shelter.post(f"/v1/persons/{missing}/lookouts", {
        "recipients": [{"kind": "outreach_team", "municipality": "rotterdam"},
                       {"kind": "day_shelter", "municipality": "rotterdam"}],
        "description": "a man who seems lost, in a red coat",
    })


def outcome(reader, guests):
    """What came of it, asked afterwards."""
    for guest in guests:
        stay = reader.get(f"/v1/persons/{guest}")["presence"]["stays"][0]
        came = guest != guests[-1]
        check((stay["no_shows"], stay["held"]) == (0 if came else 1, not came or guest == guests[0]),
              f"a stay reads {stay}")
    check(reader.get(f"/v1/persons/{guests[-1]}")["phase"] == "out_of_sight", "the missing guest is out of sight")


def morning(coordinator, missing):
    first = coordinator.get("/v1/worklist?first=20")["items"]
    kinds = [task["kind"] for task in first]
    check((first[0]["kind"], first[0]["person_id"]) == ("find_person", missing), f"the morning starts with {kinds}")
    sooner = [task["kind"] for task in first[1:] if task["due_at"] < first[0]["due_at"]]
    file = coordinator.get(f"/v1/persons/{missing}")
    check(file["lookouts"][0]["state"] == "open", f"the file has {file['lookouts']}")
    check(sooner, "nothing else is due sooner than the search")
    return kinds, sooner


def main(binary, folder, seeds):
    service = Service(binary, folder, seeds)
    try:
        for told in (LIST, BATCH, EACH):
            guests = beds_for_twelve(service.user(SHELTER))
            shelter, coordinator = service.user(SHELTER), service.user(COORDINATOR)
            evening(shelter, guests, told)
            check(shelter.calls <= CALLS, f"the evening took {shelter.calls} calls")
            kinds, sooner = morning(coordinator, guests[-1])
            print(f"{told}: an evening of {shelter.calls} calls; a morning of {coordinator.calls}, which starts with "
                  f"{kinds[0]}, before {len(sooner)} that are due sooner ({', '.join(sorted(set(sooner)))})")
            outcome(service.user(COORDINATOR), guests)
            # He is found, so that the next morning begins with the next one.
            service.user(SHELTER).post(f"/v1/persons/{guests[-1]}/attendances", {"status": "present"})
    finally:
        service.process.terminate()
        service.process.wait()


main(*sys.argv[1:])
