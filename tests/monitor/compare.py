"""Compares `baken monitor estimate` with other implementations, on random tables.

Log-linear models with statsmodels' GLM and, if Rscript is there, R's glm: estimate, standard error, deviance, degrees of
freedom, AIC, BIC. Profile-likelihood intervals and the estimators for counts with code written here, over scipy. A model that
is refused because it has no finite estimate must run away in statsmodels.
"""

import csv
import itertools
import json
import math
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln
from scipy.stats import chi2, norm

BINARY, FOLDER, TABLES, SEED = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
# Of other models than independence and those of one interaction, so many a table.
FURTHER_MODELS = 6
# Parts of a figure that two implementations may differ by.
TOLERANCE = 1e-6
INTERVAL_TOLERANCE = 1e-4
Z = norm.ppf(0.975)

random = np.random.default_rng(SEED)
worst = Counter()
compared = Counter()
differ = []


def same(what, ours, theirs, where, tolerance=TOLERANCE):
    difference = abs(ours - theirs) / max(1.0, abs(theirs))
    compared[what] += 1
    worst[what] = max(worst[what], difference)
    if not difference <= tolerance:
        differ.append(f"{where}: {what} {ours} here, {theirs} there")


def histories(lists):
    return [cell for cell in itertools.product((0, 1), repeat=lists) if any(cell)]


def random_table(lists):
    """Persons whose chances to be on each list differ, with some lists that depend on each other."""
    size = int(10 ** random.uniform(2.3, 4.5))
    effects = random.normal(-1.5, 0.7, lists)
    pairs = {pair: random.normal(0, 0.8) for pair in itertools.combinations(range(lists), 2) if random.random() < 0.4}
    weight = lambda cell: math.exp(
        sum(effects[at] for at in range(lists) if cell[at])
        + sum(effect for (a, b), effect in pairs.items() if cell[a] and cell[b])
    )
    cells = [(0,) * lists, *histories(lists)]
    weights = np.array([weight(cell) for cell in cells])
    return dict(zip(cells[1:], random.multinomial(size, weights / weights.sum())[1:]))


def estimate(name, header, rows):
    file = FOLDER / name
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    answer = subprocess.run(
        [BINARY, "monitor", "estimate", "--replicates", "0", file], check=True, capture_output=True, text=True
    )
    return file, json.loads(answer.stdout)["estimates"]


def design(lists, pairs, cells):
    return np.array([[1, *cell, *(cell[a] * cell[b] for a, b in pairs)] for cell in cells], dtype=float)


def glm(y, x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sm.GLM(y, x, family=sm.families.Poisson()).fit(maxiter=200, tol=1e-13)


def profile(y, x, unseen):
    """The interval of Cormack (1992), by another way than the command's: no warm starts, scipy's root finder."""
    n = y.sum()
    row = np.zeros((1, x.shape[1]))
    row[0, 0] = 1
    full = np.vstack([x, row])

    def likelihood(n0):
        means = glm(np.append(y, n0), full).mu / (n + n0)
        chances = np.append(y, n0)
        chances = np.sum(np.where(chances > 0, chances * np.log(means), 0))
        return gammaln(n + n0 + 1) - gammaln(n0 + 1) + chances

    best = minimize_scalar(lambda n0: -likelihood(n0), bounds=(0, 2 * unseen + 2), method="bounded").x
    top = likelihood(best) - chi2.ppf(0.95, 1) / 2
    above = lambda n0: likelihood(n0) - top
    lower = 0.0 if above(0) >= 0 else brentq(above, 0, best)
    outside = 2 * max(best, 1)
    while above(outside) >= 0:
        outside *= 2
    return n + lower, n + brentq(above, best, outside)


def interval(outcome, method):
    return next(((i["lower"], i["upper"]) for i in outcome["intervals"] if i["method"] == method), None)


def compare_histories(number, for_r):
    lists = int(random.integers(2, 6))
    table = random_table(lists)
    rows = [[*cell, persons] for cell, persons in table.items() if persons]
    file, outcomes = estimate(f"{number}.csv", [*(f"l{at}" for at in range(lists)), "freq"], rows)
    cells = histories(lists)
    y = np.array([table[cell] for cell in cells], dtype=float)
    n = y.sum()
    models = [outcome for outcome in outcomes if outcome["estimator"] == "log_linear"]
    simple = [outcome for outcome in models if outcome["model"].count("[") <= 1]
    others = [outcome for outcome in models if outcome["model"].count("[") > 1]
    if others:
        simple += [others[at] for at in random.choice(len(others), min(FURTHER_MODELS, len(others)), replace=False)]
    for place, outcome in enumerate(simple):
        name = outcome["model"]
        written = name.strip("[]").split("][") if name != "independence" else []
        pairs = [(int(pair[0]) - 1, int(pair[1]) - 1) for pair in written]
        x = design(lists, pairs, cells)
        where = f"table {number}, {lists} lists, {name}"
        if outcome["status"] == "refused":
            compared[outcome["reason"]] += 1
            if outcome["reason"] == "no_finite_mle":
                fitted = glm(y, x)
                if np.abs(fitted.params).max() < 12 and np.linalg.matrix_rank(x[y > 0]) == x.shape[1]:
                    differ.append(f"{where}: refused, and {fitted.params} there")
            continue
        fitted = glm(y, x)
        unseen = math.exp(fitted.params[0])
        # The inverse information at the estimate, and not at the step before it, as statsmodels gives it.
        variance = np.linalg.inv(x.T @ (x * fitted.mu[:, None]))[0, 0]
        error = math.sqrt(unseen + unseen**2 * variance)
        same("estimate", outcome["estimate"], n + unseen, where)
        same("standard error", outcome["standard_error"], error, where)
        same("deviance", outcome["fit"]["g2"], fitted.deviance, where)
        same("degrees of freedom", outcome["fit"]["df"], len(y) - x.shape[1], where)
        same("AIC", outcome["fit"]["aic"], fitted.aic, where)
        same("BIC", outcome["fit"]["bic"], -2 * fitted.llf + x.shape[1] * math.log(n), where)
        factor = math.exp(Z * math.sqrt(math.log(1 + (error / unseen) ** 2)))
        for ours, theirs in zip(interval(outcome, "log_normal"), (n + unseen / factor, n + unseen * factor)):
            same("log-normal interval", ours, theirs, where)
        ours = interval(outcome, "profile_likelihood")
        if place < 2 and ours and ours[1] is not None:
            for ours, theirs in zip(ours, profile(y, x, unseen)):
                same("profile interval", ours, theirs, where, INTERVAL_TOLERANCE)
        for_r.append((file, lists, ",".join(written), outcome, where))


def compare_counts(number):
    rate = random.gamma(2, random.uniform(0.1, 1), size=int(10 ** random.uniform(1.5, 4)))
    seen = Counter(int(times) for times in random.poisson(rate) if times)
    _, outcomes = estimate(f"counts-{number}.csv", ["times", "freq"], sorted(seen.items()))
    outcomes = {outcome["estimator"]: outcome for outcome in outcomes}
    n, f1, f2 = seen.total(), seen[1], seen[2]
    mean = sum(times * persons for times, persons in seen.items()) / n
    where = f"counts {number}"
    expected = {}
    if f2:
        expected["chao"] = n + f1**2 / (2 * f2)
        expected["zelterman"] = n / (1 - math.exp(-2 * f2 / f1)) if f1 else None
    if n > f1:
        expected["chao_bias_corrected"] = n + f1 * (f1 - 1) / (2 * (f2 + 1))
        loss = lambda rate: n * math.log(math.expm1(rate)) - n * mean * math.log(rate)
        rate = minimize_scalar(loss, bounds=(1e-9, mean + 1), method="bounded", options={"xatol": 1e-13}).x
        expected["zero_truncated_poisson"] = n / -math.expm1(-rate)
    for estimator, theirs in expected.items():
        outcome = outcomes[estimator]
        if theirs is None or outcome["status"] == "refused":
            compared[f"{estimator}: {outcome.get('reason')}"] += 1
            continue
        tolerance = INTERVAL_TOLERANCE if estimator == "zero_truncated_poisson" else TOLERANCE
        same(estimator, outcome["estimate"], theirs, where, tolerance)


def compare_with_r(for_r):
    with (FOLDER / "models.tsv").open("w") as out:
        for file, lists, pairs, _, _ in for_r:
            out.write(f"{file}\t{lists}\t{pairs}\n")
    subprocess.run(["Rscript", Path(__file__).with_name("fit.R"), FOLDER], check=True, stderr=subprocess.DEVNULL)
    names = ("estimate", "standard error", "deviance", "degrees of freedom", "AIC")
    for line, (_, _, _, outcome, where) in zip((FOLDER / "r.tsv").read_text().splitlines(), for_r, strict=True):
        fit = outcome["fit"]
        ours = (outcome["estimate"], outcome["standard_error"], fit["g2"], fit["df"], fit["aic"])
        for name, ours, theirs in zip(names, ours, line.split("\t")):
            same(f"R: {name}", ours, float(theirs), where)


for_r = []
for number in range(TABLES):
    compare_histories(number, for_r)
    compare_counts(number)
if shutil.which("Rscript"):
    compare_with_r(for_r)
else:
    print("R is not installed: not compared")
print(f"{TABLES} tables of histories, {TABLES} of counts, seed {SEED}")
for what, times in sorted(compared.items()):
    largest = f", largest difference {worst[what]:.1e}" if what in worst else " refused"
    print(f"  {what}: {times}{largest}")
for line in differ[:20]:
    print("DIFFERENT", line)
sys.exit(f"{len(differ)} figures differ" if differ else 0)
