"""What coordinators can compute from all that they were shown, by scipy's linear programs.

It reads releases as they were published, for everybody and for the coordinators of each city, of a quarter and of its year,
and takes for granted no more than that parts add up. The true counts say only which cells to ask for: those of one to four
persons. Each must be as open as the marks leave it, up to four. Then the cells that were suppressed for the sake of others are
shown as well, and some must no longer be.
"""

import json
import math
import sys
from pathlib import Path

import numpy
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

FOLDER = Path(sys.argv[1])
CITIES = ["amsterdam", "den-haag", "rotterdam", "utrecht"]
PLACES = [*CITIES, "elsewhere"]
FEW = 4
TOLERANCE = 1e-3


def places(place):
    return CITIES if place is None else [place]


class Indicator:
    """Its variables are what counts in a municipality by quarter, and by each cut of the year."""

    def __init__(self, truth):
        self.truth = {key(cell): cell for cell in truth}
        self.variables, self.balances = {}, []
        codes = {}
        for cell in truth:
            for cut, code in cell["categories"].items():
                if cut != "municipality":
                    codes.setdefault(cut, set()).add(code)
        for place in PLACES:
            quarters = [self.variable(("quarter", place, quarter)) for quarter in range(1, 5)]
            for cut, some in codes.items():
                balance = {at: 1 for at in quarters}
                balance |= {self.variable((cut, place, code)): -1 for code in some}
                self.balances.append(balance)
            if "outcome" in codes and "reason" in codes and "offering" in codes:
                # A referral without a reason was not declined.
                balance = {self.variables["outcome", place, code]: 1 for code in codes["outcome"] if code != "declined"}
                none = self.variables.get(("reason", place, "none"))
                self.balances.append(balance | ({none: -1} if none is not None else {}))

    def variable(self, name):
        return self.variables.setdefault(name, len(self.variables))

    def sum(self, slot, categories):
        """The variables of a cell; None where it is of no known category."""
        place = categories.get("municipality")
        cuts = [(cut, code) for cut, code in categories.items() if cut != "municipality"]
        if cuts:
            names = [(*cuts[0][:1], each, cuts[0][1]) for each in places(place)]
        else:
            quarters = range(1, 5) if slot == 0 else [slot]
            names = [("quarter", each, quarter) for each in places(place) for quarter in quarters]
        return [self.variables[name] for name in names if name in self.variables]

    def bounds(self, rows, asked):
        """The least and the most of a sum, given the range of others."""
        nobody = {at for sum_of, (_, high) in rows for at in sum_of if high == 0}
        objective = numpy.zeros(len(self.variables))
        objective[asked] = 1
        limits, values = [], []
        for sum_of, (low, high) in rows:
            for sign, value in ((-1, -low), (1, high)):
                if math.isfinite(value) and sum_of:
                    limits.append({at: sign for at in sum_of})
                    values.append(value)
        matrix, equal = self.matrix(limits), self.matrix(self.balances)
        of_variable = [(0, 0 if at in nobody else None) for at in range(len(self.variables))]
        found = []
        for sign in (1, -1):
            solved = linprog(sign * objective, matrix, values, equal, [0] * len(self.balances), of_variable, method="highs")
            # 0: solved; 3: there is no bound.
            if solved.status not in (0, 3):
                sys.exit(f"not solved: {solved.message}")
            found.append(sign * math.inf * -1 if solved.status == 3 else sign * solved.fun)
        return found

    def matrix(self, rows):
        cells = [(row, at, value) for row, terms in enumerate(rows) for at, value in terms.items()]
        if not cells:
            return csr_matrix((len(rows), len(self.variables)))
        lines, columns, values = zip(*cells)
        return csr_matrix((values, (lines, columns)), (len(rows), len(self.variables)))


def key(cell):
    return cell["slot"], json.dumps(cell["categories"], sort_keys=True)


def behind(rule, value):
    if value == "suppressed":
        return 1, math.inf
    count, half = value["count"], rule["base"] // 2
    return (0, 0) if count == 0 else (max(count - half, rule["threshold"] + 1), count + half)


def shown(indicator, name, releases, is_naked):
    """What some releases tell of an indicator. Naked: what protects others is shown as well."""
    rows = []
    for release in releases:
        rule, is_year = release["rule"], "-Q" not in release["period"]
        slot = 0 if is_year else int(release["period"][-1])
        for table in release["tables"]:
            if table["indicator"] != name or table["unit"] == "days":
                continue
            for cell in table["cells"]:
                value = cell["value"]
                true = indicator.truth.get((slot, json.dumps(cell["categories"], sort_keys=True)))
                is_own = release["audience"] != "everybody"
                if is_naked and is_own and value == "suppressed" and true and true["persons"] > rule["threshold"]:
                    half = rule["base"] // 2
                    value = {"count": (true["units"] + half) // rule["base"] * rule["base"]}
                rows.append((indicator.sum(slot, cell["categories"]), behind(rule, value)))
    return rows


def main():
    asked = leaks = naked = 0
    for path in sorted(FOLDER.glob("joint-*.json")):
        city = json.loads(path.read_text())
        for name, truth in city["truth"].items():
            indicator = Indicator(truth)
            for readers in [None, *CITIES]:
                releases = [each for each in city["releases"] if each["audience"] == "everybody" or readers is None
                            or each["audience"]["coordinators"] == readers]
                told, bare = (shown(indicator, name, releases, is_naked) for is_naked in (False, True))
                marks = [(of, (min(low, 1), high if high == 0 else math.inf)) for of, (low, high) in told]
                for cell in truth:
                    place = cell["categories"].get("municipality")
                    is_own = place in CITIES and readers in (None, place)
                    sum_of = indicator.sum(cell["slot"], cell["categories"])
                    if not is_own or not 1 <= cell["persons"] <= FEW or cell["slot"] not in (0, city["quarter"]):
                        continue
                    asked += 1
                    least, most = indicator.bounds(marks, sum_of)
                    promised = (least, min(most, max(FEW, cell["units"])))
                    low, high = indicator.bounds(told, sum_of)
                    if low > promised[0] + TOLERANCE or high < promised[1] - TOLERANCE:
                        leaks += 1
                        print(f"{path.name}: {readers or 'all'} know of {name} {cell}: {low} to {high}, not {promised}")
                    low, high = indicator.bounds(bare, sum_of)
                    naked += low > promised[0] + TOLERANCE or high < promised[1] - TOLERANCE
    print(f"{asked} small cells were asked for by coordinators, alone and all together: {leaks} are told, {naked} would be")
    if leaks or asked < 200 or naked < 10:
        sys.exit("coordinators can compute small cells, or too few were asked for")


main()
