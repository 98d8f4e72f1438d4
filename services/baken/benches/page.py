"""Makes docs/benchmarks.md and its plots from the raw results, so that every figure on the page comes from a run.

    page.py machine FOLDER FILE PART...    says what machine this is, its disk, and of which state the parts are
    page.py keep PRINTED FILE              keeps what a benchmark printed, its Markdown tables and figures, as JSON
    page.py page RESULTS                   the page, beside the folder of results
"""

import json
import os
import platform
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# The contenders of the log layer, as the page names them, and what each does for an append.
CONTENDERS = {
    "raw": ("raw file, no clients", "one thread appends as many events as there are clients with one `write`, flushes them with one `fdatasync`, and begins again: the limit"),
    "raw-clients": ("raw file with clients", "the clients hand their events to one thread, which writes and flushes all that wait and tells them: the simplest group commit"),
    "memory": ("Baken, memory", "nothing is durable; for context"),
    "sqlite": ("Baken, SQLite", "Baken's embedded log"),
    "postgres": ("Baken, PostgreSQL", "Baken's adapter: waiting appends in one transaction, in the order of positions"),
    "plain": ("PostgreSQL, plain", "a table with a unique (stream, revision): one `INSERT` and one transaction for each event"),
    "message-db": ("message-db", "`write_message` with the expected version, from the npm package's SQL; it lets one writer at a time into a category, and all persons are one"),
    "umadb": ("UmaDB", "its server as a process, over gRPC; a stream is a tag, and an append fails if the tag has a newer event"),
    "cqrs-es": ("cqrs-es, postgres-es", "a command of the smallest aggregate: load and fold its events, insert one"),
}
PEERS = ["plain", "message-db", "umadb", "cqrs-es"]


def read(command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def line_of(path, key):
    found = re.search(rf"^{key}\s*:\s*(.+)$", Path(path).read_text(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def machine(folder, before, parts):
    run = {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": read(["git", "rev-parse", "--short", "HEAD"]),
        "changed": bool(read(["git", "status", "--porcelain", "--untracked-files=no", "--", "services", "Cargo.lock"])),
        "load_before": round(os.getloadavg()[0], 2),
    }
    return {
        # Parts may be run one by one: each tells when, and of which commit.
        "runs": {**before.get("runs", {}), **dict.fromkeys(parts, run)},
        "cores": os.cpu_count(),
        "processor": line_of("/proc/cpuinfo", "model name"),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": re.match(r"[\d.]+", platform.release()).group(),
        "file_system": read(["findmnt", "-n", "-o", "FSTYPE", "-T", folder]),
        "rustc": read(["rustc", "--version"]),
    }


def printed(text):
    """Tables, `name: figure` lines, and what else a benchmark said."""
    kept = {"tables": [], "figures": {}, "notes": []}
    rows = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
            continue
        if rows:
            kept["tables"].append({"header": rows[0], "rows": rows[1:]})
            rows = []
        figure = re.fullmatch(r"(.+): (-?[\d.]+)", line.strip())
        if figure:
            kept["figures"][figure.group(1)] = float(figure.group(2))
        elif line.strip():
            kept["notes"].append(line.strip())
    return kept


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


class Results:
    """The raw results of a folder; what was not run is None."""

    def __init__(self, folder):
        load = lambda name: json.loads((folder / name).read_text()) if (folder / name).exists() else None
        self.machine, self.log, self.stream, self.rebuild, self.kurrentdb, self.board = map(
            load, ["machine.json", "log.json", "stream.json", "rebuild.json", "kurrentdb.json", "board.json"]
        )
        # What a profile has shown and what was tried is the one part that somebody writes.
        self.tried = (folder / "tried.md").read_text() if (folder / "tried.md").exists() else None
        sizes = (int(path.stem.removeprefix("http-")) for path in folder.glob("http-*.json"))
        self.http = {size: load(f"http-{size}.json") for size in sorted(sizes)}

    def rate(self, contender, clients):
        """Appends a second at the log layer: the median of the rounds."""
        for each in self.log["results"] if self.log else []:
            if (each["contender"], each["clients"]) == (contender, clients):
                return median(each["per_second"])
        return None

    def best_peer(self, clients):
        rates = [(self.rate(peer, clients) or 0, peer) for peer in PEERS]
        return max(rates) if any(rate for rate, _ in rates) else (None, None)

    def apart(self, one, other):
        """What is to be said beside a figure of two parts: nothing where one run made both."""
        one, other = (self.machine["runs"].get(part) for part in (one, other))
        return "" if one == other else " (**of two runs**)"

    def answered(self, size, pattern, column):
        """A figure of the first row of the HTTP benchmark whose name matches."""
        for each in self.http.get(size, {}).get("tables", []):
            for row in each["rows"]:
                if column in each["header"] and re.match(pattern, row[0]):
                    value = row[each["header"].index(column)].replace(",", "")
                    return float(value) if value else None
        return None


def ratio(above, below):
    return above / below if above and below else None


def goals(results):
    """What was wanted, and what was measured: (name, wanted, at least or at most, measured)."""
    wanted = []
    for raw in ["raw-clients", "raw"]:
        for clients, least in [(1, 0.8), (64, 0.6), (256, 0.4)]:
            measured = ratio(results.rate("sqlite", clients), results.rate(raw, clients))
            said = f"SQLite log, {clients} client{'s' * (clients > 1)} / {CONTENDERS[raw][0]}"
            wanted.append((said, least, ">=", measured))
    sizes = list(results.http)
    if sizes:
        size = sizes[0]
        of = lambda pattern: results.answered(size, pattern, "per second")
        intake = of("durable intake$")
        bare = of("bare endpoint that verifies the JWT")
        wanted.append(("durable intake over HTTP / bare endpoint that verifies the JWT", 0.25, ">=", ratio(intake, bare)))
        for peer, rate, least in [("best peer", results.best_peer(64)[0], 1.5), ("message-db", results.rate("message-db", 64), 8)]:
            said = f"durable intake over HTTP / {peer}'s bare append, 64 clients{results.apart('http', 'log')}"
            wanted.append((said, least, ">=", ratio(intake, rate)))
        for name, pattern, least in [("case file", "case file$", 0.6), ("persons list", "persons list, by", 0.3), ("worklist", "worklist", 0.3)]:
            bare = of(f"bare endpoint, a {name}")
            wanted.append((f"{name} / bare endpoint with the same JSON", least, ">=", ratio(of(pattern), bare)))
        if results.log:
            most = round(5 * results.log["flush_ms"]["appending"] + 5, 2)
            visible = results.answered(size, ".*visible", "p99 ms")
            said = f"from acknowledged to visible under load, p99 in ms: 5 flushes + 5 ms{results.apart('http', 'log')}"
            wanted.append((said, most, "<=", visible))
    if len(sizes) > 1:
        for name in ["case file$", "persons list, by phase", "worklist", "GraphQL case file"]:
            p99 = [results.answered(size, name, "p99 ms") for size in (sizes[-1], sizes[0])]
            said = f"{name.rstrip('$')}, p99 with {sizes[-1]:,} / with {sizes[0]:,} persons"
            wanted.append((said, 1.5, "<=", ratio(*p99)))
    if results.rebuild:
        rows = {row[0].split(":")[0]: row for each in results.rebuild["tables"] for row in each["rows"]}
        scan, rebuild = (float(rows[name][2].replace(",", "")) for name in ["bare scan", "rebuild of all read models"])
        wanted.append(("rebuild of all read models / bare scan", 0.3, ">=", ratio(rebuild, scan)))
        wanted.append(("a million events rebuilt, in seconds", 10, "<=", 1e6 / rebuild))
    if results.board:
        figures, persons = results.board["figures"], results.board["persons"]
        said = f"board, slowest page with {persons:,} persons, median in ms"
        wanted.append((said, 50, "<=", figures["slowest page, median ms"]))
        said = f"board, first visit of the coordinator's page with {persons:,} persons, kB as sent"
        wanted.append((said, 150, "<=", figures["first visit of the coordinator's page as sent, kB"]))
    return wanted


def goals_table(results):
    rows = []
    for name, bound, sense, measured in goals(results):
        if measured is None:
            reached = "not measured"
        else:
            reached = "yes" if (measured >= bound if sense == ">=" else measured <= bound) else "no"
        rows.append([name, f"{'≥' if sense == '>=' else '≤'} {bound}", number(measured), reached])
    return table(["what", "wanted", "measured", "reached"], rows)


def log_section(results):
    log = results.log
    parts = [
        "## Durable appends at the log layer\n",
        f"One event an append, of {log['data_bytes']} sealed bytes and {log['metadata_bytes']} bytes of metadata. Each client waits for its answer before it appends again. "
        f"It has streams of its own, keeps {log['streams_open']} open and takes them in turn, begins a new one after {log['events_a_stream']} events, and says which revision it expects; "
        f"there are no conflicts. {log['rounds']} rounds of {log['seconds']:g} s for each number of clients: in each round all contenders take their turn, each round begins with another one, and the file system is synced between turns. "
        "Figures are medians of the rounds, with the lowest and the highest.\n",
    ]
    for name in dict.fromkeys(each["contender"] for each in log["results"]):
        parts.append(f"- **{CONTENDERS[name][0]}**: {CONTENDERS[name][1]}.")
    parts.append("\nBaken's log in KurrentDB is not among them: no real server could be run here. What Baken adds to one is measured below.\n")
    if log["postgres"]:
        version = log["postgres"]["server_version"].split()[0]
        settings = ", ".join(f"`{name}` {value}" for name, value in log["postgres"].items() if name != "server_version")
        parts.append(
            f"All that is in PostgreSQL is in one server {version} with its default settings, but for the number of connections ({settings}), "
            f"on the same disk, asked over loopback TCP by pooled connections, {log['connections']} at most.\n"
        )
    flushes = log["flush_ms"]
    parts.append(f"A flush of one event takes {flushes['appending']:.3f} ms where the file grows, and {flushes['overwriting']:.3f} ms where it is overwritten.\n")
    parts.append("![Appends per second by number of clients](img/bench-log.svg)\n")
    for clients in dict.fromkeys(each["clients"] for each in log["results"]):
        parts.append(f"### {clients} client{'s' * (clients > 1)}\n")
        raw, (best, _) = results.rate("raw", clients), results.best_peer(clients)
        rows = []
        for each in log["results"]:
            if each["clients"] != clients:
                continue
            rate = median(each["per_second"])
            rows.append([
                CONTENDERS[each["contender"]][0], number(rate),
                f"{number(min(each['per_second']))} to {number(max(each['per_second']))}",
                number(ratio(rate, raw)), number(ratio(rate, best)),
                number(median(each["median_ms"])), number(median(each["p99_ms"])),
            ])
        header = ["contender", "appends per second", "lowest to highest", "× raw", "× best peer", "median ms", "p99 ms"]
        parts.append(table(header, rows))
    return "\n".join(parts)


def kept_section(title, kept):
    parts = [title]
    parts.extend(f"{note}\n" for note in kept["notes"])
    for each in kept["tables"]:
        parts.append(table(each["header"], each["rows"]))
    parts.extend(f"- {name}: {value:g}" for name, value in kept["figures"].items())
    return "\n".join(parts) + "\n"


def page(results):
    about = results.machine
    parts = [
        "# Measured\n",
        "Made by `services/baken/benches/run.sh` from the raw results in [`benchmarks/`](benchmarks), so that every figure in its tables comes from a run.\n",
        f"{about['cores']} cores ({about['processor']}), {about['memory_gib']} GiB, Linux {about['kernel']}, {about['file_system']}, {about['rustc']}. "
        "Load, service and peers share the cores: the ratios count.\n",
        *(f"- {part}: {run['date']}, commit {run['commit']}{' with changes' if run['changed'] else ''}, load average before {run['load_before']}" for part, run in about["runs"].items()),
        "",
        "## Goals\n",
        goals_table(results),
    ]
    if results.log:
        parts.append(log_section(results))
    if results.http:
        parts.append("## Over HTTP\n")
        if len(results.http) > 1:
            parts.append("![How the time of an answer grows with the number of persons](img/bench-http.svg)\n")
        for size, kept in results.http.items():
            parts.append(kept_section(f"### {size:,} persons\n", kept))
    if results.stream:
        parts.append(kept_section("## The stream\n", results.stream))
    if results.rebuild:
        parts.append(kept_section("## Rebuild of the read models\n", results.rebuild))
    if results.kurrentdb:
        parts.append(kept_section("## The log in KurrentDB, against a double\n", results.kurrentdb))
    if results.board:
        # Made by tests/board/load.py.
        parts.append(kept_section("## The board\n", results.board))
    if results.tried:
        # Its links are those of the file that it is written in.
        parts.append(results.tried.replace("](../", "]("))
    return "\n".join(parts)


def main():
    match sys.argv[1:]:
        case ["machine", folder, file, *parts]:
            file = Path(file)
            before = json.loads(file.read_text()) if file.exists() else {}
            file.write_text(json.dumps(machine(folder, before, parts), indent=2) + "\n")
        case ["keep", text, file]:
            Path(file).write_text(json.dumps(printed(Path(text).read_text()), indent=2) + "\n")
        case ["page", folder]:
            import plots

            folder = Path(folder)
            results = Results(folder)
            (folder.parent / "img").mkdir(exist_ok=True)
            plots.draw(results, folder.parent / "img", {name: said for name, (said, _) in CONTENDERS.items()})
            (folder.parent / f"{folder.name}.md").write_text(page(results))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
