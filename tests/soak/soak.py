"""A service under a steady load, for as long as somebody has: do memory and latency stay flat?

Baken keeps every case in memory, so under writes its memory must grow; flat means that it grows by what the new events
need and by nothing else. Two things tell them apart:

- What the data needs is what a service takes that has just started on the same log. It is measured before the load and,
  on the log that the load has left, after it; between the two it goes with the number of events. What the service under
  load takes beyond that (caches, buffers, fragments, a leak) is the excess, and it must not rise.
- Every few minutes there are quiet minutes: as many requests, all of them reads. Nothing new is kept then but the events of
  deadlines that pass, so memory must stay where it is; what it rises by beyond those, each read has left behind.

Latency is judged on the times with writes. Other work on the same machine makes everything slower, also an endpoint that
does nothing: by how much that one rose is allowed for, and told."""

import argparse
import glob
import http.client
import json
import os
import subprocess
import sys
import time

from load import COORDINATOR, SHELTER, USERS, Load
from plot import plot
from service import configure, port_of

MIB = 1024 * 1024
READS = {"case file", "timeline", "persons list", "worklist", "GraphQL case file", "GraphQL worklist"}


class Service:
    def __init__(self, asked):
        self.asked, self.folder, self.port = asked, asked.folder, None

    def configure(self):
        data = f"{self.folder}/data"
        configure(f"{self.folder}/baken.toml", self.asked.seeds, log=f"sqlite:{data}/log.db", keys=f"{data}/keys.db",
                  kek=f"{data}/kek", issuer=data)

    def start(self):
        """Starts it, and answers how long that took."""
        began = time.monotonic()
        trace = open(f"{self.folder}/trace", "w")
        self.process = subprocess.Popen([self.asked.binary, "serve", "--config", f"{self.folder}/baken.toml"],
                                        stdout=trace, stderr=trace)
        self.port = port_of(self.process, trace.name, 120)
        if self.port is None:
            sys.exit(f"the service ended by itself:\n{open(trace.name).read()}")
        return time.monotonic() - began

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def ask(self, path, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"{path} was answered with {answer.status}: {text[:300]!r}")
        return json.loads(text)

    def position(self):
        """The position of the last event: the embedded log counts them without gaps."""
        return self.ask("/health/ready")["position"]

    def settle(self):
        """Waits until Baken has done by itself what was due, and answers with the number of events."""
        still, last = 0, self.position()
        while still < 5:
            time.sleep(1)
            now = self.position()
            still, last = (still + 1, last) if now == last else (0, now)
        return last

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024

    def measure(self):
        size = lambda pattern: sum(os.path.getsize(found) for found in glob.glob(f"{self.folder}/data/{pattern}"))
        return {"rss": self.resident(), "open_files": len(os.listdir(f"/proc/{self.process.pid}/fd")),
                "threads": len(os.listdir(f"/proc/{self.process.pid}/task")), "log_bytes": size("log.db"),
                "wal_bytes": size("log.db-wal"), "events": self.position()}


def at(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


def milliseconds(samples, kinds):
    took = [seconds * 1000 for kind, seconds in samples if kind in kinds]
    return {"requests": len(took), "p50": at(took, 0.5), "p99": at(took, 0.99)}


def rota(seconds):
    """The load's hours: warming up, then five times writes and a quiet time. (until, quiet, warm)"""
    warm = seconds / 12
    turn, plan = (seconds - warm) / 5, [(warm, False, False)]
    for number in range(5):
        plan += [(warm + turn * (number + 0.75), False, True), (warm + turn * (number + 1), True, True)]
    return plan


def loaded(service, load, seconds, every):
    """Runs the load; a measurement each few seconds."""
    moments, history = [], []
    load.start()
    for until, quiet, warm in rota(seconds):
        load.quiet = quiet
        load.take()
        while (now := time.monotonic() - load.began) < until - 0.1:
            time.sleep(min(every, until - now))
            samples = load.take()
            kinds = sorted({kind for kind, _ in samples})
            groups = {**{kind: {kind} for kind in kinds}, "reads": READS, "writes": set(kinds) - READS - {"nothing"}}
            elapsed = time.monotonic() - load.began
            moments.append({"at": elapsed, "quiet": quiet, "warm": warm, **service.measure(),
                            "sent": load.sent, "late_or_open": load.planned - load.sent,
                            "latency_ms": {name: milliseconds(samples, group) for name, group in groups.items()}})
            history.append((elapsed, quiet, warm, samples))
            if load.failures:
                # One is enough to fail; the rest of the hour would tell no more.
                load.stop()
                sys.exit(f"{load.failures} requests failed; the last one: {load.last_failure}")
    load.stop()
    return moments, history


def judge(moments, history, fresh):
    """What was found, and what of it is not as it must be."""
    found, wrong = {}, []
    begin = next(moment["at"] for moment in moments if moment["warm"])
    span = moments[-1]["at"] - begin
    thirds = [[], [], []]
    for elapsed, quiet, warm, samples in history:
        if warm and not quiet:
            thirds[min(2, int((elapsed - begin) / span * 3))] += samples
    kinds = sorted({kind for third in thirds for kind, _ in third})
    writes = set(kinds) - READS - {"nothing"}
    groups = {"reads": READS, "writes": writes, **{kind: {kind} for kind in kinds}}
    found["p99_ms_by_third"] = {
        name: [milliseconds(third, group)["p99"] for third in thirds] for name, group in groups.items()}
    rise = {name: p99[2] / p99[0] for name, p99 in found["p99_ms_by_third"].items() if p99[0] and p99[2]}
    machine = max(1.0, rise["nothing"])
    found["machine"] = machine
    for name in ("reads", "writes"):
        found[f"{name}_p99_rise"] = rise[name]
        if rise[name] > 1.5 * machine:
            wrong.append(f"p99 of {name} rose {rise[name]:.2f} times, that of doing nothing {rise['nothing']:.2f} times")

    (first_rss, first_events), (last_rss, last_events) = fresh
    found["bytes_per_event_of_a_fresh_service"] = (last_rss - first_rss) / (last_events - first_events)
    for moment in moments:
        share = (moment["events"] - first_events) / (last_events - first_events)
        moment["needed"] = first_rss + (last_rss - first_rss) * share
    warm = [moment for moment in moments if moment["warm"]]
    part = max(1, len(warm) // 3)
    mean = lambda some: sum(moment["rss"] - moment["needed"] for moment in some) / len(some)
    excess = found["excess_mib_by_third"] = [mean(some) / MIB for some in (warm[:part], warm[part:-part] or warm,
                                                                           warm[-part:])]
    found["bytes_per_event_under_load"] = ((warm[-1]["rss"] - warm[0]["rss"]) /
                                           max(1, warm[-1]["events"] - warm[0]["events"]))
    allowed = 16 + 0.05 * last_rss / MIB
    if excess[2] - excess[0] > allowed:
        wrong.append(f"memory beyond what the data needs rose from {excess[0]:.0f} to {excess[2]:.0f} MiB")

    rises, reads = [], 0
    for before, moment in zip(moments, moments[1:]):
        if before["quiet"] and moment["quiet"]:
            # Deadlines pass in quiet times too: what their events need is not left behind by reads.
            rises.append((moment["rss"] - moment["needed"]) - (before["rss"] - before["needed"]))
            reads += moment["sent"] - before["sent"]
    found["quiet_reads"], found["quiet_growth_bytes"] = reads, sum(rises)
    found["quiet_bytes_per_read"] = sum(rises) / max(1, reads)
    if sum(rises) > 4 * MIB + 0.02 * last_rss:
        wrong.append(f"{sum(rises) / MIB:.1f} MiB were left behind by {reads} reads in the quiet times")

    files = [[moment["open_files"] for moment in some] for some in (warm[:part], warm[-part:])]
    found["open_files"] = [max(some) for some in files]
    if min(files[1]) > max(files[0]):
        wrong.append(f"open files rose from {max(files[0])} to {min(files[1])}")
    wal = [max(moment["wal_bytes"] for moment in some) / MIB for some in (warm[:part], warm[-part:])]
    found["wal_mib"] = wal
    if wal[1] > 2 * wal[0] + 16:
        wrong.append(f"the write-ahead log rose from {wal[0]:.0f} to {wal[1]:.0f} MiB")
    return found, wrong


def waits_for_shelter(case):
    """Whether something between the person and the night shelter is still open."""
    stays = case.get("presence", {}).get("stays", [])
    referrals = [referral for referral in case.get("referrals", []) if referral["to"] == SHELTER]
    return (any("released_at" not in stay for stay in stays if stay["organisation"] == SHELTER) or
            any(referral["state"] in ("made", "waitlisted", "accepted", "started") for referral in referrals))


def everybody(service, token):
    """The open cases of Rotterdam that a story can begin on."""
    persons, after = [], ""
    while after is not None:
        page = service.ask(f"/v1/persons?first=200{after}", token)
        for person in (item["person_id"] for item in page["items"]):
            case = service.ask(f"/v1/persons/{person}", token)
            if case["phase"] not in ("closed", "returned") and not waits_for_shelter(case):
                persons.append(person)
        after = f"&after={page['next']}" if page["next"] else None
    return persons


def report(result, moments):
    """The result as JSON, with what was measured moment by moment in columns, one to a line."""
    def p99(name):
        return [at_p99 and round(at_p99, 2) for at_p99 in (moment["latency_ms"].get(name, {}).get("p99") for moment in moments)]

    columns = {
        "at_seconds": [round(moment["at"], 1) for moment in moments],
        "quiet": [moment["quiet"] for moment in moments],
        "rss_mib": [round(moment["rss"] / MIB, 1) for moment in moments],
        "needed_mib": [round(moment["needed"] / MIB, 1) for moment in moments],
        "events": [moment["events"] for moment in moments],
        **{f"p99_ms_{name}": p99(name) for name in ("reads", "writes", "nothing")},
    }
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(column)}" for name, column in columns.items())
    return f'{json.dumps(result, indent=1)[:-2]},\n "moments": {{\n{lines}\n }}\n}}\n'


def main():
    parser = argparse.ArgumentParser()
    for name in ("binary", "folder", "seeds", "out"):
        parser.add_argument(f"--{name}", required=True)
    for name, kind in (("minutes", float), ("persons", int), ("rate", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    asked = parser.parse_args()
    data = f"{asked.folder}/data"
    simulate = [asked.binary, "simulate", "--persons", str(asked.persons), "--seed", "1", "--data", data]
    print(subprocess.run(simulate, check=True, capture_output=True, text=True).stdout, end="", flush=True)
    service = Service(asked)
    service.configure()
    # The first time Baken does what has fallen due in the meantime; only a second start takes what the data needs.
    service.start()
    service.settle()
    tokens = {user: subprocess.run([asked.binary, "token", user, "--data", data], check=True, capture_output=True,
                                   text=True).stdout.strip() for user in USERS}
    persons = everybody(service, tokens[COORDINATOR])
    service.stop()
    starting = [service.start()]
    events = service.settle()
    fresh = [(service.resident(), events)]
    print(f"{events} events, {service.resident() / MIB:.0f} MiB, {len(persons)} persons to write on", flush=True)

    load = Load(service.port, tokens, persons, asked.rate)
    moments, history = loaded(service, load, asked.minutes * 60, 10 if asked.minutes >= 20 else 2)
    service.stop()
    starting.append(service.start())
    events = service.settle()
    fresh.append((service.resident(), events))
    service.stop()

    found, wrong = judge(moments, history, fresh)
    result = {"minutes": asked.minutes, "persons": asked.persons, "requests_per_second": asked.rate,
              "requests": load.sent, "failed": load.failures, "events_written": fresh[1][1] - fresh[0][1],
              "log_mib": moments[-1]["log_bytes"] / MIB, "start_seconds": starting,
              "fresh_mib": [rss / MIB for rss, _ in fresh], **found, "wrong": wrong}
    with open(f"{asked.out}/soak.json", "w") as file:
        file.write(report(result, moments))
    with open(f"{asked.out}/soak.svg", "w") as file:
        file.write(plot(result, moments))
    print(json.dumps(result, indent=1))
    if wrong:
        sys.exit("not flat: " + "; ".join(wrong))


main()
