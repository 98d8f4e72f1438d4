"""The plots of the benchmark's page, as SVG with text that stays text."""

import re
from statistics import median

import matplotlib

matplotlib.use("svg")
# The same results give the same file.
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "baken", "font.size": 11, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.alpha": 0.3,
})

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullLocator  # noqa: E402

# Grey for the disk, blue and green for Baken, warm colours for its peers.
LOOKS = {
    "raw": ("#444444", "--", ""), "raw-clients": ("#888888", "--", ""), "memory": ("#9ecae1", "-", "o"),
    "sqlite": ("#08519c", "-", "o"), "postgres": ("#238b45", "-", "o"), "plain": ("#d94801", "-", "s"),
    "message-db": ("#a50f15", "-", "^"), "umadb": ("#e6a800", "-", "D"), "cqrs-es": ("#7a0177", "-", "v"),
}
# The same for what is asked over HTTP, in the order in which it is measured; bare endpoints are grey.
OF_BAKEN = ["#08519c", "#3182bd", "#238b45", "#74c476", "#54278f", "#9e9ac8"]
OF_PEERS = ["#d94801", "#e6a800"]
THOUSANDS = FuncFormatter(lambda value, _: f"{value:,.0f}")


def save(figure, path):
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)


def log(results, path, names):
    figure, axes = plt.subplots(figsize=(8.5, 5.2))
    rows = results.log["results"]
    clients = list(dict.fromkeys(each["clients"] for each in rows))
    for contender in dict.fromkeys(each["contender"] for each in rows):
        colour, style, marker = LOOKS[contender]
        mine = [each["per_second"] for each in rows if each["contender"] == contender]
        axes.plot(clients, [median(each) for each in mine], style, color=colour, marker=marker, label=names[contender])
        axes.fill_between(clients, [min(each) for each in mine], [max(each) for each in mine], color=colour, alpha=0.12, lw=0)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(clients, [str(each) for each in clients])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(THOUSANDS)
    axes.set_xlabel("clients that append at the same time")
    axes.set_ylabel("appends per second (median; band: lowest to highest)")
    axes.set_title("Durable appends at the log layer, one event each")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    save(figure, path)


def http(results, path):
    sizes = list(results.http)
    names = []
    for each in results.http[sizes[0]]["tables"]:
        names += [row[0] for row in each["rows"] if "p99 ms" in each["header"] and row[each["header"].index("p99 ms")]]
    bare = [name for name in names if name.startswith("bare endpoint")]
    figure, sides = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True)
    for axes, column, title in zip(sides, ["median ms", "p99 ms"], ["median", "99th percentile"]):
        baken, peers, markers = iter(OF_BAKEN), iter(OF_PEERS), iter("os^Dvp*X")
        for name in names:
            found = [results.answered(size, f"{re.escape(name)}$", column) for size in sizes]
            if name in bare:
                axes.plot(sizes, found, "--", color="#999999", label="bare endpoints" if name == bare[0] else None)
            else:
                colour = next(peers if "PostgreSQL" in name else baken)
                axes.plot(sizes, found, marker=next(markers), color=colour, label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("persons")
        axes.set_title(title)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    sides[0].set_ylabel("time of an answer, milliseconds")
    sides[1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    save(figure, path)


def draw(results, folder, names):
    if results.log:
        log(results, folder / "bench-log.svg", names)
    if len(results.http) > 1:
        http(results, folder / "bench-http.svg")
