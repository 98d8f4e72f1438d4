"""How fast the board is in a large city: a demo world and PERSONS simulated persons, in one process of `baken demo`.
Standard library only.

    python3 tests/board/load.py --binary target/release/baken
    python3 tests/board/load.py --binary target/release/baken --persons 1000 --rounds 2 --boards 20 --seconds 10    # to try it

It measures, and prints as Markdown:

1. Starts: seconds until the board answers, and the memory that the process holds then. Persons are compared with each other
   after that: how long it takes until the service is at rest, and the memory then.
2. Pages: every page of the board, for the users whose page it is. The pages take turns, round by round, one request at a time.
   Median of all, 95th percentile of all, the processor time that the service took (which other work on the machine hardly
   changes: without it a page takes little longer), bytes without assets.
3. A first visit of the coordinator's page with all that a browser loads for it, as sent and as unpacked.
4. Boards open at once: each holds GET /board/live open and fetches its page when it is told of a change, as the page's own
   script does: at once, and then two seconds later at the soonest. Half are at the coordinator's desk, half on cases. Notes
   are recorded meanwhile, at two rates. A board has a note when a page is there that it asked for after it was told.

Load and service share the cores: the figures are those of a machine that does both. PERSONS are simulated with seed 7 into
WORLD, and kept there for the next run; that takes long. With --out what was measured is kept as JSON, for
services/baken/benches/page.py, which makes docs/benchmarks.md of it."""

import argparse
import asyncio
import datetime
import glob
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

COORDINATOR = "coordinator-rotterdam"
# Who signs in to see their own pages.
USERS = [COORDINATOR, "night-shelter-rotterdam", "shelter24-rotterdam", "outreach-rotterdam", "street-doctor-rotterdam",
         "supporter-rotterdam", "assessor-rotterdam", "police-rotterdam", "liaison-pl", "receiving-pl", "ambassador-pl",
         "administrator"]
# As many requests for each page in each round.
EACH = 5
# What a page's script waits between two fetches (`throttle` in services/board/src/page.rs).
THROTTLE = 2.0
CASES = 20
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def check(holds, what):
    if not holds:
        sys.exit(f"load: {what}")


def p95(values):
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def median_p95(values):
    return f"{statistics.median(values):.1f}", f"{p95(values):.1f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


class Service:
    """A demo on a data folder."""

    def __init__(self, binary, data):
        address = os.path.join(data, "address")
        if os.path.exists(address):
            os.remove(address)
        environment = {**os.environ, "BAKEN_DEMO_UNLIMITED": "1"}
        began = time.monotonic()
        self.process = subprocess.Popen([binary, "demo", "--port", "0", "--data", data], env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (os.path.exists(address) and open(address).read()):
            check(self.process.poll() is None, "the demo did not start")
            time.sleep(0.02)
        self.address = open(address).read().removeprefix("http://")
        self.port = int(self.address.rsplit(":", 1)[1])
        while Visitor(self.port).get("/health/ready")[0] != 200:
            time.sleep(0.02)
        self.started, self.memory, self.work = time.monotonic() - began, self.resident(), self.worked()

    def resident(self):
        """The memory that the process holds, in MiB."""
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def worked(self):
        """Seconds of processor time so far."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def processor(self):
        """The same of the threads that are there, in milliseconds and more precisely."""
        threads = glob.glob(f"/proc/{self.process.pid}/task/*/schedstat")
        return sum(int(open(thread).read().split()[0]) for thread in threads) / 1e6

    def rest(self, most=600):
        """Waits until the process is at rest: what goes on behind a start is done. How long that took."""
        began, quiet = time.monotonic(), 0
        while quiet < 3 and time.monotonic() - began < most:
            before = self.worked()
            time.sleep(1)
            quiet = quiet + 1 if self.worked() - before < 0.1 else 0
        return time.monotonic() - began - quiet

    def stop(self):
        """Asks it to end. How long that took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait()
        return time.monotonic() - began

    def kill(self):
        """What was acknowledged is recorded: nothing is lost."""
        self.process.kill()
        self.process.wait()


class Visitor:
    """Somebody with a browser that keeps its connection and its cookie."""

    def __init__(self, port, user=None):
        self.connection, self.cookie = http.client.HTTPConnection("127.0.0.1", port, timeout=120), None
        self.user, self.csrf = user, None
        if user:
            status, _, headers = self.post("/auth/demo", {"user": user})
            check(status == 303, f"{user} cannot sign in: {status}")
            self.cookie = headers["set-cookie"].split(";")[0]
            home = self.get("/board/")[1].decode()
            self.csrf = re.search(r'name="csrf" value="([^"]+)"', home).group(1)

    def send(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.cookie:
            headers["Cookie"] = self.cookie
        for last in (False, True):
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                # The service ends a connection that was not used for a while.
                self.connection.close()
                if last:
                    raise
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}

    def get(self, path, headers=None):
        return self.send("GET", path, headers=headers)

    def post(self, path, fields):
        return self.send("POST", path, urllib.parse.urlencode(fields), FORM)

    def links(self, path, pattern):
        """The addresses on a page that match, each once, in their order."""
        page = self.get(path)[1].decode()
        found = [each.replace("&amp;", "&") for each in re.findall(r'href="([^"]+)"', page)]
        return list(dict.fromkeys(each for each in found if re.fullmatch(pattern, each)))


def world(binary, folder, persons):
    """The data folder of the simulated city."""
    data = os.path.join(folder, "data")
    whole = os.path.join(folder, "simulated")
    if not os.path.exists(whole):
        os.makedirs(folder, exist_ok=True)
        subprocess.run([binary, "simulate", "--persons", str(persons), "--seed", "7", "--data", data], check=True)
        # The demo's own story is told, and what is due is done.
        service = Service(binary, data)
        service.rest()
        service.kill()
        open(whole, "w").close()
    return data


def starts(binary, data, number):
    """Several starts, and the service of the last."""
    services = []
    for left in reversed(range(number)):
        services.append(service := Service(binary, data))
        if left:
            service.kill()
    rows = []
    for name, unit, figures in [("until it answers", "s", [each.started for each in services]),
                                ("processor time of that", "s", [each.work for each in services]),
                                ("memory then", "MiB", [each.memory for each in services])]:
        rows.append([name, f"{statistics.median(figures):.1f} {unit}", f"{min(figures):.1f} to {max(figures):.1f} {unit}"])
    rested = service.rest()
    rows.append(["until it is at rest after the last one", f"{rested:.0f} s", ""])
    rows.append(["memory then", f"{service.resident():.1f} MiB", ""])
    return service, {"header": [f"start (median of {number})", "median", "lowest to highest"], "rows": rows}


def pages_of(visitor):
    """Every page that a user finds, as (name, method, path, fields)."""
    user = visitor.user
    home = visitor.get("/board/")[1].decode()
    nav = re.search(r'<nav class="board-nav.*?</nav>', home, re.DOTALL).group()
    sections = re.findall(r'href="([^"]+)"', nav)
    found = [(path, "GET", path, None) for path in sections]
    person = r"/board/persons/[0-9a-f-]{36}"
    if user == COORDINATOR:
        found += [("the same, next page", "GET", path, None)
                  for path in visitor.links("/board/persons", r"/board/persons\?list=.*")[:1]]
        cases = visitor.links("/board/persons", person)
        found += [(name, "GET", path, None) for name, path in
                  [("a case, the first who is lost", visitor.links("/board/", person)[0]), ("a case of the list", cases[0])]]
        form = f"/board/form/refer?person={cases[0].rsplit('/', 1)[1]}&back=%2Fboard%2F"
        if visitor.get(form)[0] != 200:
            form = visitor.links(cases[0], r"/board/form/.*")[0]
        found.append(("a form about a person", "GET", form, None))
        for name, typed in [("a search, a common name", "Maria"), ("a search, a name and a year", "Marek Nowak 1985"),
                            ("a search, nobody's name", "Quetzalcoatl Zyxw")]:
            found.append((name, "POST", "/board/persons", {"csrf": visitor.csrf, "name": typed}))
    elif user == "supporter-rotterdam":
        returning = [each for each in visitor.links("/board/", person + "/return")]
        found += [("a return, step by step", "GET", path, None) for path in returning[:1]]
    elif user == "assessor-rotterdam":
        found += [("a checklist of rights", "GET", path, None) for path in visitor.links("/board/", person + "/rights")[:1]]
    elif user == "outreach-rotterdam":
        found += [(path, "GET", path, None) for path in ["/board/offline", "/board/offline/key", "/board/offline/lookouts"]]
    return [(f"{user}: {name}", *rest) for name, *rest in found]


def pages(service, rounds):
    port = service.port
    asked = [(visitor, *page) for user in USERS for visitor in [Visitor(port, user)] for page in pages_of(visitor)]
    asked.append((Visitor(port), "nobody signed in: /", "GET", "/", None))
    times, work, sizes = {}, {}, {}
    for _ in range(rounds):
        for visitor, name, method, path, fields in asked:
            for _ in range(EACH):
                before, began = service.processor(), time.perf_counter()
                status, body, _ = visitor.post(path, fields) if fields else visitor.get(path)
                times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
                work.setdefault(name, []).append(service.processor() - before)
                check(status == 200, f"{name} is answered with {status}")
                sizes[name] = len(body)
    rows = [[name, *median_p95(taken), f"{statistics.median(work[name]):.1f}", f"{sizes[name]:,}"]
            for name, taken in times.items()]
    return {"header": ["page", "median ms", "p95 ms", "processor ms, median", "bytes"], "rows": rows}, \
        max(statistics.median(taken) for taken in times.values())


def first_visit(port):
    """The coordinator's page and what it names, as a browser asks for it and as it is unpacked."""
    visitor = Visitor(port, COORDINATOR)
    page = visitor.get("/board/")[1].decode()
    files = ["/board/", *dict.fromkeys(re.findall(r'(?:href|src)="(/board/(?:assets/[^"]+|manifest[^"]*))"', page))]
    rows, sent_in_all, whole_in_all = [], 0, 0
    for path in files:
        sent = len(visitor.get(path, {"Accept-Encoding": "gzip, deflate, br, zstd"})[1])
        whole = len(visitor.get(path, {"Accept-Encoding": "identity"})[1])
        sent_in_all, whole_in_all = sent_in_all + sent, whole_in_all + whole
        rows.append([path.rsplit("/", 1)[1] or "the page", f"{sent:,}", f"{whole:,}"])
    rows.append(["in all", f"{sent_in_all:,}", f"{whole_in_all:,}"])
    return {"header": ["first visit of the coordinator's page", "bytes as sent", "bytes unpacked"], "rows": rows}, \
        sent_in_all, whole_in_all


class Board:
    """A page that is open, and follows what changes."""

    def __init__(self, port, cookie, path):
        self.port, self.path, self.head = port, path, f"Host: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
        self.told, self.shown, self.times, self.marks = [], [], [], {}
        self.change = asyncio.Event()

    async def ask(self, reader, writer, path):
        writer.write(f"GET {path} HTTP/1.1\r\n{self.head}".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        check(" 200 " in head.split("\r\n")[0], f"{path} is answered with {head.split(chr(13))[0]}")
        return int(found.group(1)) if (found := re.search(r"content-length: (\d+)", head)) else None

    async def listen(self, listening):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        await self.ask(reader, writer, "/board/live")
        async for line in reader:
            if line.startswith(b": listening"):
                listening.set()
            elif line.startswith(b"event: baken-changed"):
                self.told.append(time.perf_counter())
                self.change.set()

    async def follow(self):
        while True:
            await self.change.wait()
            self.change.clear()
            began = time.perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            page = await reader.readexactly(await self.ask(reader, writer, self.path))
            ended = time.perf_counter()
            writer.close()
            self.shown.append((began, ended))
            self.times.append((ended - began) * 1000)
            for mark in re.findall(rb"note [0-9a-f-]{36}\.", page):
                self.marks.setdefault(mark.decode(), ended)
            await asyncio.sleep(max(0.0, began + THROTTLE - time.perf_counter()))

    def told_after(self, at):
        """When it was told of what was recorded after a time."""
        return next((told for told in self.told if told >= at), None)

    def has_after(self, at):
        """When a page was there that was asked for after it was told."""
        told = self.told_after(at)
        return next((ended for began, ended in self.shown if began >= told), None) if told else None


async def record(port, visitor, case, mark):
    """Records a note as the page's form does. When it was sent, and when it was answered."""
    fields = {"csrf": visitor.csrf, "key": str(uuid.uuid4()), "back": "/board/", "form": "note",
              "person": case.rsplit("/", 1)[1], "/text": mark}
    body = urllib.parse.urlencode(fields)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = time.perf_counter()
    writer.write((f"POST /board/do/add_note HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {visitor.cookie}\r\n"
                  f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    check(" 303 " in head.split("\r\n")[0], f"a note was not recorded: {head.split(chr(13))[0]}")
    answered = time.perf_counter()
    writer.close()
    return sent, answered


async def boards_open(service, number, rates, seconds):
    port = service.port
    before = service.resident()
    visitor = Visitor(port, COORDINATOR)
    cases = visitor.links("/board/persons", r"/board/persons/[0-9a-f-]{36}")[:CASES]
    boards = []
    for each in range(number):
        # Each has a session of its own.
        own = Visitor(port, COORDINATOR)
        boards.append(Board(port, own.cookie, "/board/" if each % 2 else cases[each // 2 % len(cases)]))
        own.connection.close()
    tasks = []
    for board in boards:
        listening = asyncio.Event()
        tasks += [asyncio.create_task(board.listen(listening)), asyncio.create_task(board.follow())]
        await asyncio.wait_for(listening.wait(), 60)
    await asyncio.sleep(2)
    opened = service.resident()
    rows, posted = [], 0
    for rate in rates:
        for board in boards:
            board.told, board.shown, board.times = [], [], []
        notes, writes, began = [], [], time.perf_counter()
        for _ in range(max(5, int(seconds * rate))):
            case = cases[posted % len(cases)]
            mark = f"note {uuid.uuid4()}."
            sent, answered = await record(port, visitor, case, mark)
            notes.append((mark, case, sent, answered))
            writes.append((answered - sent) * 1000)
            posted += 1
            await asyncio.sleep(max(0.0, began + len(notes) / rate - time.perf_counter()))
        took = time.perf_counter() - began
        await asyncio.sleep(2 * THROTTLE + 2)
        failed = [task for task in tasks if task.done()]
        check(not failed, f"a board failed: {failed[:1]}")
        all_told, told, all_have, have, marked = 0, [], 0, [], []
        for mark, case, sent, answered in notes:
            heard = [board.told_after(sent) for board in boards]
            seen = [board.has_after(sent) for board in boards]
            if all(heard):
                all_told += 1
                told.append(max(0.0, max(heard) - answered) * 1000)
            if all(seen):
                all_have += 1
                have.append(max(0.0, max(seen) - answered) * 1000)
            marks = [board.marks.get(mark) for board in boards if board.path == case]
            check(all(marks), f"a board of the case does not show {mark}")
            marked += [max(0.0, shown - answered) * 1000 for shown in marks]
        taken = [each for board in boards for each in board.times]
        desks = [each for board in boards if board.path == "/board/" for each in board.times]
        name = f"{rate:g} notes a second"
        rows += [[f"{name}: answer to a note", *median_p95(writes)],
                 [f"{name}: from the answer until the last of {number} boards is told", *median_p95(told)],
                 [f"{name}: from the answer until the last of {number} boards has a new page", *median_p95(have)],
                 [f"{name}: from the answer until a board on that case shows it", *median_p95(marked)],
                 [f"{name}: a page meanwhile, {len(taken) / took:.0f} a second", *median_p95(taken)],
                 [f"{name}: of these, the coordinator's desk", *median_p95(desks)]]
        print(f"{name}: {len(notes)} notes, all boards were told of {all_told}, and have {all_have}", file=sys.stderr)
        check(all_told == all_have == len(notes), "a board was not told")
    after = service.resident()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    memory = {f"memory before {number} boards, MiB": before, f"memory with {number} boards open, MiB": opened,
              "memory after the notes, MiB": after}
    return {"header": [f"{number} boards open", "median ms", "p95 ms"], "rows": rows}, memory


def main():
    asked = argparse.ArgumentParser(description="How fast the board is in a large city.")
    asked.add_argument("--binary", required=True, help="a release build of baken")
    asked.add_argument("--persons", type=int, default=100_000)
    asked.add_argument("--world", help="a folder for the simulated city, which is kept; a temporary one otherwise")
    asked.add_argument("--starts", type=int, default=3)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--boards", type=int, default=200)
    asked.add_argument("--seconds", type=int, default=60, help="of notes, at each rate")
    asked.add_argument("--rates", type=float, nargs="+", default=[0.3, 5], help="notes a second")
    asked.add_argument("--commit", default="unknown", help="of which the binary was built")
    asked.add_argument("--out", help="a JSON file for what was measured")
    asked = asked.parse_args()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as passing:
        data = world(asked.binary, asked.world or passing, asked.persons)
        service, start = starts(asked.binary, data, asked.starts)
        print(table(**start), flush=True)
        try:
            load_then = os.getloadavg()[0]
            each, slowest = pages(service, asked.rounds)
            print(table(**each), flush=True)
            visit, sent, whole = first_visit(service.port)
            print(table(**visit), flush=True)
            live, memory = asyncio.run(boards_open(service, asked.boards, asked.rates, asked.seconds))
            print(table(**live), flush=True)
            start["rows"].append(["until it has ended, when asked to", f"{service.stop():.0f} s", ""])
        finally:
            service.kill()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    notes = [f"By `tests/board/load.py`, {now}, commit {asked.commit}: the demo world and {asked.persons:,} simulated persons, "
             f"{os.cpu_count()} cores shared by service and load, and with other work (load average before {load_before:.1f}, "
             f"before the pages {load_then:.1f}): these are figures of a busy machine. Pages: medians of "
             f"{asked.rounds * EACH} requests in {asked.rounds} rounds."]
    figures = {"slowest page, median ms": round(slowest, 1), "first visit of the coordinator's page as sent, kB": sent / 1000,
               "the same unpacked, kB": whole / 1000, **{name: round(held) for name, held in memory.items()}}
    measured = {"persons": asked.persons, "notes": notes, "tables": [start, each, visit, live], "figures": figures}
    print("\n".join(notes) + "\n")
    print("\n".join(f"- {name}: {figure:g}" for name, figure in figures.items()))
    if asked.out:
        with open(asked.out, "w") as file:
            file.write(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
