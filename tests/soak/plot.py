"""The plot of a soak: memory and p99 over time, as SVG. Standard library only."""

from html import escape

MIB = 1024 * 1024
WIDTH, HEIGHT, LEFT, RIGHT = 960, 260, 64, 24
READS = "#1668a7"
WRITES = "#b3490f"
OTHER = "#6b7280"


def nice(most):
    """A round step that gives four to eight lines up to `most`."""
    step = 1.0
    while most / step > 8:
        step *= 10
    while most / step < 4:
        step /= 10 if most / step < 0.4 else 2
    return step


class Panel:
    def __init__(self, top, title, unit, minutes, most):
        self.top, self.minutes, self.most = top, minutes, most * 1.08
        self.parts = [f'<text x="{LEFT}" y="{top - 10}" class="title">{escape(title)}</text>']
        step = nice(self.most)
        for number in range(int(self.most / step) + 1):
            y = self.y(number * step)
            self.parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
                              f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number * step:g}</text>')
        self.parts.append(f'<text x="{LEFT - 6}" y="{top - 10}" text-anchor="end">{unit}</text>')
        step = nice(minutes)
        for number in range(int(minutes / step) + 1):
            self.parts.append(f'<text x="{self.x(number * step):.1f}" y="{top + HEIGHT + 16}" '
                              f'text-anchor="middle">{number * step:g} min</text>')

    def x(self, minute):
        return LEFT + (WIDTH - LEFT - RIGHT) * minute / self.minutes

    def y(self, value):
        return self.top + HEIGHT - HEIGHT * min(value, self.most) / self.most

    def shade(self, begin, end):
        x, width = self.x(begin), self.x(end) - self.x(begin)
        self.parts.insert(0, f'<rect x="{x:.1f}" y="{self.top}" width="{width:.1f}" height="{HEIGHT}" '
                             f'fill="#eef1f4"/>')

    def line(self, points, colour, name, row, dashed=False):
        path = " ".join(f"{self.x(minute):.1f},{self.y(value):.1f}" for minute, value in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        y = self.top + HEIGHT + 36 + 16 * row
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>'
                          f'<line x1="{LEFT}" x2="{LEFT + 26}" y1="{y}" y2="{y}" stroke="{colour}" '
                          f'stroke-width="2"{dash}/><text x="{LEFT + 34}" y="{y + 4}">{escape(name)}</text>')


def plot(result, moments):
    minutes = moments[-1]["at"] / 60
    memory = [(moment["at"] / 60, moment["rss"] / MIB) for moment in moments]
    needed = [(moment["at"] / 60, moment["needed"] / MIB) for moment in moments]
    upper = Panel(64, "Memory that the service holds", "MiB", minutes, max(value for _, value in memory + needed))
    lines = {}
    for name in ("reads", "writes", "nothing"):
        points = [(moment["at"] / 60, moment["latency_ms"].get(name, {}).get("p99")) for moment in moments]
        lines[name] = [(minute, value) for minute, value in points if value is not None]
    values = sorted(value for points in lines.values() for _, value in points)
    # A few outliers do not press the rest flat; what is higher is drawn at the upper edge.
    high = values[int(len(values) * 0.995)] if values else 1
    lower = Panel(64 + HEIGHT + 120, "p99 between two measurements, from when each request was planned", "ms", minutes, high)
    for before, moment in zip(moments, moments[1:]):
        if before["quiet"] and moment["quiet"]:
            upper.shade(before["at"] / 60, moment["at"] / 60)
            lower.shade(before["at"] / 60, moment["at"] / 60)
    upper.line(memory, READS, "resident", 0)
    upper.line(needed, OTHER, "what a service just started on the same log takes: measured before and after, between "
                              "them by the number of events", 1, dashed=True)
    lower.line(lines["writes"], WRITES, "writes", 0)
    lower.line(lines["reads"], READS, "reads", 1)
    lower.line(lines["nothing"], OTHER, "an endpoint that does nothing: the machine and the load's own clock", 2)
    excess, p99 = result["excess_mib_by_third"], result["p99_ms_by_third"]
    story = [
        f"{result['requests']} requests, {result['requests_per_second']:g} a second as planned, {result['failed']} "
        f"failed; {result['events_written']} events written; {result['persons']} persons at the start.",
        "Flat means: memory grows by what new events need (a service just started on the same log shows it), and by "
        "nothing else.",
        f"Beyond that it held {excess[0]:.0f} MiB in the first third after warming up, {excess[2]:.0f} MiB in the last.",
        f"In the grey times nothing was written, so nothing may grow: {result['quiet_growth_bytes'] / MIB:.1f} MiB in "
        f"{result['quiet_reads']} reads.",
        f"p99 of the first and the last third: reads {p99['reads'][0]:.1f} and {p99['reads'][2]:.1f} ms, writes "
        f"{p99['writes'][0]:.1f} and {p99['writes'][2]:.1f} ms, nothing {p99['nothing'][0]:.1f} and "
        f"{p99['nothing'][2]:.1f} ms.",
        "Found flat." if not result["wrong"] else "Not flat: " + "; ".join(result["wrong"]),
    ]
    bottom = 64 + 2 * HEIGHT + 120 + 110
    text = "".join(f'<text x="{LEFT}" y="{bottom + 18 * row}">{escape(line)}</text>' for row, line in enumerate(story))
    height = bottom + 18 * len(story) + 12
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
            f'font-size="12" fill="#1f2933"><style>.title{{font-size:15px;font-weight:600}}'
            f'.grid{{stroke:#d5dae0;stroke-width:.6}}</style><rect width="100%" height="100%" fill="#fff"/>'
            f'<text x="{LEFT}" y="28" font-size="18" font-weight="600">Baken under a steady load for '
            f'{minutes:.0f} minutes</text>{"".join(upper.parts)}{"".join(lower.parts)}{text}</svg>\n')
