"""Asks for somebody who is there and hidden, and for an id of nobody, SAMPLES times each in random turns, and compares what
comes back: status, headers, body, how long it took, and what the access log has of it. Standard library only.

Times are compared by the Mann-Whitney U test. Its effect size is the probability that a request for somebody hidden takes
longer than one for nobody: 0.5 where they cannot be told apart. A p value alone says little with so many samples, for it
becomes small with any difference; so what is bounded is the effect. A single request tells whoever asks no more than that;
with it the largest distance of the two distributions (Kolmogorov-Smirnov) is told."""

import collections
import contextlib
import http.client
import json
import math
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
import uuid

from service import start_demo

BOUND = 0.05  # of the effect: how far from one half
# Of each request of its own.
OWN = {"x-request-id", "date"}


def ask(connection, token, method, path, body=None):
    """What comes back but for what is the request's own, the time it took, and the request's id."""
    request_id = str(uuid.uuid4())
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": request_id}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": request_id}
    began = time.perf_counter_ns()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    took = time.perf_counter_ns() - began
    told = json.loads(text)
    told.pop("request_id", None)
    kept = tuple(sorted((name.lower(), value) for name, value in answer.getheaders() if name.lower() not in OWN))
    return (answer.status, kept, json.dumps(told, sort_keys=True)), took, request_id


def effect(hidden, missing):
    """The probability that one of the first is longer than one of the second, its z value, and the largest distance."""
    both = sorted([(took, 0) for took in hidden] + [(took, 1) for took in missing])
    ranks, place = 0.0, 0
    while place < len(both):
        same = place
        while same < len(both) and both[same][0] == both[place][0]:
            same += 1
        middle = (place + 1 + same) / 2
        ranks += middle * sum(1 for _, which in both[place:same] if which == 0)
        place = same
    n, m = len(hidden), len(missing)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    distance = seen = 0.0
    for _, which in both:
        seen += 1 / n if which == 0 else -1 / m
        distance = max(distance, abs(seen))
    return u / (n * m), z, distance


def main():
    binary, folder, samples = sys.argv[1], sys.argv[2], int(sys.argv[3])
    random.seed(int(os.environ.get("SEED", "1")))
    process, port = start_demo(binary, folder)
    try:
        def token(user):
            return subprocess.run([binary, "token", user, "--data", folder], check=True, capture_output=True,
                                  text=True).stdout.strip()

        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/v1/persons?first=50", headers={"Authorization": f"Bearer {token('coordinator-rotterdam')}"})
        persons = [each["person_id"] for each in json.loads(connection.getresponse().read())["items"]]
        # Somebody in Rotterdam is nobody to a shelter in Utrecht, and to an embassy that no handover is addressed to.
        cases = [
            ("a shelter elsewhere reads", "night-shelter-utrecht", "GET", "/v1/persons/{}", None),
            ("an embassy reads", "liaison-ro", "GET", "/v1/persons/{}", None),
            ("a shelter elsewhere opens in an emergency", "night-shelter-utrecht", "POST", "/v1/persons/{}/break-glass",
             '{"reason":"danger_to_life"}'),
        ]
        failed = False
        for name, user, method, path, body in cases:
            failed |= compare(name, connection, token(user), method, path, body, persons, samples, folder)
        sys.exit(1 if failed else 0)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def compare(name, connection, token, method, path, body, persons, samples, folder):
    hidden = [person for person in persons
              if ask(connection, token, "GET", f"/v1/persons/{person}")[0][0] == 404]
    if not hidden:
        sys.exit(f"{name}: nobody is hidden")
    for _ in range(200):
        ask(connection, token, method, path.format(random.choice(hidden)), body)
        ask(connection, token, method, path.format(uuid.uuid4()), body)
    turns = [True, False] * samples
    random.shuffle(turns)
    times, answers, ids = {True: [], False: []}, {True: set(), False: set()}, {True: set(), False: set()}
    for is_hidden in turns:
        person = random.choice(hidden) if is_hidden else uuid.uuid4()
        told, took, request_id = ask(connection, token, method, path.format(person), body)
        # An answer may name the address that was asked for.
        answers[is_hidden].add((told[0], told[1], told[2].replace(str(person), "…")))
        times[is_hidden].append(took)
        ids[is_hidden].add(request_id)
    failed = False
    if answers[True] != answers[False] or len(answers[True]) != 1:
        print(f"{name}: the answers differ: {answers}")
        failed = True
    with contextlib.closing(sqlite3.connect(f"{folder}/access.db")) as database:
        rows = (json.loads(record) for (record,) in database.execute("SELECT record FROM accesses"))
        counts = collections.Counter(row["request_id"] for row in rows)
    records = {which: {counts[request_id] for request_id in ids[which]} for which in (True, False)}
    if records[True] != records[False] or len(records[True]) != 1:
        print(f"{name}: the access log tells them apart: {records}")
        failed = True
    likelihood, z, distance = effect(times[True], times[False])
    medians = [statistics.median(times[which]) / 1000 for which in (True, False)]
    failed |= abs(likelihood - 0.5) > BOUND
    print(f"{name}: {samples} of each, status {next(iter(answers[True]))[0]}, records of each {records[True]}; median "
          f"{medians[0]:.0f} and {medians[1]:.0f} µs; P(hidden > missing) = {likelihood:.4f} (z = {z:.1f}, bound 0.5 ± "
          f"{BOUND}), largest distance {distance:.3f}: {'TOLD APART' if failed else 'not told apart'}", flush=True)
    return failed


main()
