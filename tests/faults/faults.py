"""Lets single writes and flushes fail under a script of commands, and looks what recovery finds.

A run without faults, traced by strace, tells every write and flush that each file of the log and of the key store gets,
from the making of the file to the last checkpoint at the end. Then one of them fails in each run: the process is killed
as it is made, or it answers EIO, or ENOSPC. After it the service starts again without faults, and

- every command that was acknowledged is there, under the same event ids, and can be opened;
- what is there is a beginning of the script, each event once, without gaps;
- no command is acknowledged after one had been refused, until the restart; nor one that was sent after a write or flush of
  the log had failed, or that needs a new key after one of the key store had;
- the rest of the script can be given again, and then the log is as if nothing had happened.

With persons enough the write-ahead log grows so long that it is moved into its file beside the commands, and not only at a
start and at an end; `only` then leaves the faults to that file, from the first command on.

Standard library only."""

import concurrent.futures
import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

from service import configure, port_of

CALLS = "write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,fallocate"
FAULTS = ["signal=SIGKILL", "error=EIO", "error=ENOSPC"]
OUTREACH = "outreach-rotterdam"
SIGNALS = "/v1/signals"  # opens a person, who needs keys
# Seconds in which what fails beside the commands is known to them: a flush at a start, a checkpoint among them.
SOON, LATER = 0.02, 0.2
CALL = re.compile(r"^(\d+) +(\w+)\(\d+<([^>]*)>")


def script(persons, meetings):
    """Persons who come into view, and are met so many times: (person by number, path, body)."""
    commands = []
    for person in range(persons):
        commands.append((None, SIGNALS, {"channel": "outreach_round", "urgency": "soon",
                                               "identity": {"alias": f"Number {person}"}}))
        for number in range(meetings):
            commands.append((person, "contacts", {"summary": f"spoke at the square, {number} days ago",
                                                  "problems": ["uninsured"]}))
    return commands


def untraced(status):
    try:
        return "TracerPid:\t0\n" in open(status).read()
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has ended


class Run:
    """A data folder of its own, and the service on it."""

    def __init__(self, binary, seeds, common, folder, persons, meetings):
        self.binary, self.common, self.folder = binary, common, folder
        self.meetings, self.commands = meetings, script(persons, meetings)
        os.makedirs(f"{folder}/data")
        # None is registered at the start: each write of that would be a point of its own.
        with open(f"{folder}/organisations.json", "w") as organisations:
            organisations.write("[]")
        configure(f"{folder}/baken.toml", seeds, log=f"sqlite:{folder}/data/log.db", keys=f"{folder}/data/keys.db",
                  kek=f"{common}/kek", issuer=common, organisations=f"{folder}/organisations.json",
                  more="[watch]\nenabled = false")

    def start(self, strace=(), once_listening=False):
        """Whether it listens, under strace from its start or from then on; a service that cannot start ends by itself."""
        self.trace, under = f"{self.folder}/trace", ["strace", "-f", "-q", *strace]
        with open(self.trace, "w") as trace:
            self.process = subprocess.Popen([*([*under, "-D"] if strace and not once_listening else []), self.binary,
                                             "serve", "--config", f"{self.folder}/baken.toml"], stdout=trace, stderr=trace)
        self.port = port_of(self.process, self.trace, 60)
        if self.port and strace and once_listening:
            self.attach(under)
        return self.port is not None

    def attach(self, under):
        pid = self.process.pid
        strace = subprocess.Popen([*under, "-p", str(pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        threads = f"/proc/{pid}/task"
        while any(untraced(f"{threads}/{thread}/status") for thread in os.listdir(threads)):
            if strace.poll() is not None:
                self.process.kill()
                sys.exit("strace may not attach to a process that it did not start: see /proc/sys/kernel/yama/ptrace_scope")
            time.sleep(0.01)

    def end(self):
        """Asks it to end, as an operator does: it closes its files."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise RuntimeError("the service did not end") from None

    def give(self, token, persons=None):
        """Gives the script, all of it, one command after another: what each was answered, None for no answer. `persons`
        are the ids that earlier answers have told."""
        answers, persons, self.sent = [], dict(persons or {}), []
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        for number, (person, path, body) in enumerate(self.commands):
            if person is not None and person not in persons:
                answers.append(None)
                continue
            path = path if person is None else f"/v1/persons/{persons[person]}/{path}"
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                       "Idempotency-Key": f"command-{number}"}
            self.sent.append((number, time.time()))
            try:
                connection.request("POST", path, json.dumps(body), headers)
                answer = connection.getresponse()
                status, receipt = answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                connection.close()
                answers.append(None)
                if self.process.poll() is not None:
                    answers += [None] * (len(self.commands) - len(answers))
                    break
                continue
            if status in (200, 201):
                if person is None:
                    persons[number // (self.meetings + 1)] = receipt["person_id"]
                answers.append((status, receipt["person_id"], tuple(receipt["event_ids"])))
            elif status < 500:
                raise RuntimeError(f"command {number} was refused: {status} {receipt}")
            else:
                answers.append((status, None, ()))
        connection.close()
        return answers

    def timeline(self, token, person):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        path = f"/v1/persons/{person}/timeline?first=200"
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def logged(self):
        with sqlite3.connect(f"file:{self.folder}/data/log.db?mode=ro", uri=True) as log:
            return log.execute("""SELECT e.position, s.name, e.revision, e.id, e.kind FROM events e
                                  JOIN streams s ON s.id = e.stream ORDER BY e.position""").fetchall()


def acknowledged(answer):
    return answer is not None and answer[0] in (200, 201)


def check(run, token, expected, answers):
    """Starts again without faults, and compares."""
    if not run.start():
        raise RuntimeError(f"it does not start again: {open(run.trace).read()}")
    # An answer that never came is found out by giving the command again, under the same key.
    repeated = run.give(token)
    if any(not acknowledged(answer) for answer in repeated):
        raise RuntimeError("a command fails after recovery")
    # Opened, and not only there: a key that was lost would look like one that was destroyed.
    for person in {answer[1] for answer in repeated}:
        opened = run.timeline(token, person)
        if opened.count("spoke at the square") != run.meetings or opened.count("Number ") != 1:
            raise RuntimeError("an event is there, and what it says of the person is not")
    run.end()
    there = [answer[0] == 200 for answer in repeated]
    if there != sorted(there, reverse=True):
        raise RuntimeError(f"what is there is no beginning of the script: {there}")
    for number, (answer, again) in enumerate(zip(answers, repeated)):
        if acknowledged(answer) and (again[0] != 200 or again[1:] != answer[1:]):
            raise RuntimeError(f"the acknowledged command {number} is lost, or was done twice")
    logged = run.logged()
    if [event[0] for event in logged] != list(range(1, len(logged) + 1)):
        raise RuntimeError("the positions have gaps")
    if len({event[3] for event in logged}) != len(logged):
        raise RuntimeError("an event is there twice")
    if {event[3].hex() for event in logged} != {told.replace("-", "") for answer in repeated for told in answer[2]}:
        raise RuntimeError("the log holds something else than what was acknowledged")
    revisions = {}
    for _, stream, revision, _, _ in logged:
        if revision != revisions.get(stream, -1) + 1:
            raise RuntimeError("a stream has gaps")
        revisions[stream] = revision
    if [(event[2], event[4]) for event in logged] != expected:
        raise RuntimeError("the log is not what it is without faults")
    return sum(there)


def points(traced):
    """Every write and flush of a traced run: file, call, and which of its thread's it is; and how often each call was."""
    counted, calls = {}, {}
    for line in open(traced):
        found = CALL.match(line)
        if found and "/data/" in found[3]:
            thread, call, file = found[1], found[2], os.path.basename(found[3].removesuffix("(deleted)"))
            counted[thread, file, call] = counted.get((thread, file, call), 0) + 1
            calls[file, call] = calls.get((file, call), 0) + 1
    most = {}
    for (_, file, call), count in counted.items():
        most[file, call] = max(most.get((file, call), 0), count)
    return [(file, call, number + 1) for (file, call), count in sorted(most.items()) for number in range(count)], calls


def struck_at(told):
    """When the fault struck, as strace tells; None where it did not, or the process was killed by it."""
    times = [float(line.split()[1]) for line in open(told) if "(INJECTED)" in line]
    return min(times, default=None)


def faulty(make, token, expected, point, fault, amid):
    """One run with one fault, and what it found: whether the fault struck, and how many commands were there after it."""
    (file, call, number), run = point, make()
    path, told = f"{run.folder}/data/{file}", f"{run.folder}/strace"
    strace = ["-ttt", "-P", path, "-o", told, "-e", f"trace={CALLS}", "-e", f"inject={call}:{fault}:when={number}"]
    try:
        answers, sent, failed_before = [], [], None
        if run.start(strace, amid):
            answers = run.give(token)
            sent = run.sent
            if run.process.poll() is None:
                failed_before = "(INJECTED)" in open(told).read()
                run.end()
        run.process.wait(60)
        struck = "(INJECTED)" in open(told).read() or "killed by SIGKILL" in open(told).read()
        if not struck:
            raise LookupError("the call was not made this time")
        refused = [number for number, answer in enumerate(answers) if answer is not None and answer[0] >= 500]
        after = [number for number, answer in enumerate(answers) if refused and number > refused[0]
                 and acknowledged(answer)]
        if file.startswith("log.db") and after:
            raise RuntimeError(f"command {after[0]} was acknowledged after {refused[0]} had failed")
        # What lies beside the file and its write-ahead log holds nothing that must last.
        at, lasting = struck_at(told), not file.endswith("-shm")
        needs = lambda number: file.startswith("log.db") or run.commands[number][1] == SIGNALS
        after = [number for number, when in sent if lasting and at is not None and when > at + (LATER if amid else SOON) and needs(number)
                 and acknowledged(answers[number])]
        if after:
            raise RuntimeError(f"command {after[0]} was sent after the failure, and acknowledged")
        if failed_before and file == "log.db-wal" and not refused and len(answers) == len(run.commands):
            raise RuntimeError("a write of the log failed, and every command was acknowledged")
        there, given = check(run, token, expected, answers), sum(map(acknowledged, answers))
        if given > there:
            raise RuntimeError("fewer commands are there than were acknowledged")
        subprocess.run(["rm", "-rf", run.folder], check=True)
        return there, 0 < given < len(run.commands)
    except (RuntimeError, subprocess.TimeoutExpired) as wrong:
        run.process.kill()
        sys.exit(f"{fault} at {call} number {number} of {file}: {wrong}\n{open(run.trace).read()[-3000:]}")


def picked(every, wanted):
    """So many points, evenly, with a fault each; of each file's each call as many as there are faults or more, so that a
    flush is not passed over because there are so many more writes."""
    groups = {}
    for point in every:
        groups.setdefault(point[:2], []).append(point)
    for group in groups.values():
        share = min(len(group) * len(FAULTS), max(len(FAULTS), round(wanted * len(group) / len(every))))
        yield from ((group[number * len(group) // share], FAULTS[number % len(FAULTS)]) for number in range(share))


def main(binary, folder, seeds, wanted, persons="5", meetings="9", only=None):
    began = time.monotonic()
    common, numbers = f"{folder}/common", iter(range(10**9))
    os.makedirs(common)
    with open(f"{common}/kek", "w") as key:
        os.chmod(key.name, 0o600)
        key.write("1:" + __import__("base64").b64encode(os.urandom(32)).decode() + "\n")
    make = lambda: Run(binary, seeds, common, f"{folder}/run-{next(numbers)}", int(persons), int(meetings))

    clean = make()
    if not clean.start(["-y", "-o", f"{folder}/clean", "-e", f"trace={CALLS}"], only is not None):
        sys.exit(f"it does not start under strace: {open(clean.trace).read()}")
    # The service made the issuer's key when it started.
    token = subprocess.run([binary, "token", OUTREACH, "--data", common], check=True, capture_output=True,
                           text=True).stdout.strip()
    answers = clean.give(token)
    clean.end()
    if [answer and answer[0] for answer in answers] != [201] * len(clean.commands):
        sys.exit(f"without faults not every command was recorded: {answers}")
    expected = [(event[2], event[4]) for event in clean.logged()]
    every, calls = points(f"{folder}/clean")
    for (file, call), count in sorted(calls.items()):
        print(f"{file}: {count} × {call}")
    every = [point for point in every if only in (None, point[0])]
    plan = [(point, fault) for point in every for fault in FAULTS]
    plan = plan if wanted == "all" else list(picked(every, int(wanted)))
    print(f"{len(every)} points × {len(FAULTS)} faults; {len(plan)} runs", flush=True)

    missed, lengths, done, amid = 0, {}, 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [pool.submit(faulty, make, token, expected, point, fault, only is not None) for point, fault in plan]
        for future in concurrent.futures.as_completed(runs):
            done += 1
            try:
                there, struck_amid = future.result()
                lengths[there] = lengths.get(there, 0) + 1
                amid += struck_amid
            except LookupError:
                missed += 1
            except SystemExit as failed:
                pool.shutdown(cancel_futures=True)
                sys.exit(f"after {done} runs: {failed}")
            if done % 250 == 0:
                print(f"{done} of {len(plan)} runs, {time.monotonic() - began:.0f} s", flush=True)
    if missed > len(plan) / 10:
        sys.exit(f"in {missed} of {len(plan)} runs the call was not made: too few faults struck")
    if not amid:
        sys.exit("no fault struck between two commands, but at starts and ends alone")
    print(f"{len(plan) - missed} faults struck ({missed} calls were not made again), {amid} of them between two commands or "
          f"amid one, and the log then held a beginning "
          f"of the script, of {min(lengths)} to {max(lengths)} commands, {len(lengths)} lengths in all; every "
          f"acknowledged event was there, none twice, none acknowledged after a failure; {time.monotonic() - began:.0f} s")


main(*sys.argv[1:])
