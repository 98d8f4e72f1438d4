"""Measures who is found to be the same: Baken over HTTP, Splink beside it, on the same records. Prints a table."""

import json
import sys
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pandas as pd
from unidecode import unidecode

from records import records

URL, TOKEN_SHELTER, TOKEN_COORDINATOR = sys.argv[1:4]
PERSONS, TWICE, SEED = int(sys.argv[4]), 0.35, int(sys.argv[5])


def call(method, path, token, body=None, kind="application/json"):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers, method=method)) as answer:
        return answer.read()


def by_baken(made):
    """Pairs with their score, as the coordinator is shown them."""
    now, lines = datetime.now(timezone.utc), []
    for record in made:
        claim = {"name": record["name"], "birth_date": record["birth_date"], "sex": record["sex"], "contact": record["contact"]}
        claim = {name: value for name, value in claim.items() if value is not None}
        if record["country"]:
            claim["countries"] = [record["country"]]
        at = now - timedelta(days=300) + timedelta(days=299) * record["id"] / len(made)
        data = {"channel": "ngo_consult", "municipality": "amsterdam", "identity": claim}
        lines.append({"id": str(uuid.uuid4()), "command": "report_signal", "occurred_at": at.isoformat(), "data": data})
    began = time.monotonic()
    answers = call("POST", "/v1/batch", TOKEN_SHELTER, "\n".join(map(json.dumps, lines)).encode(), "application/x-ndjson")
    took = time.monotonic() - began
    persons = {}
    for line in map(json.loads, answers.splitlines()):
        assert line["status"] == 201, line
        persons[line["receipt"]["person_id"]] = line["line"] - 1
    pairs = {}

    def ask(person):
        return person, json.loads(call("GET", f"/v1/persons/{person}/matches?first=50", TOKEN_COORDINATOR))["items"]

    with ThreadPoolExecutor(4) as pool:
        for person, items in pool.map(ask, persons):
            for item in items:
                if item["person_id"] in persons:
                    pair = tuple(sorted((persons[person], persons[item["person_id"]])))
                    pairs[pair] = max(item["score"], pairs.get(pair, -99))
    return pairs, took


def by_splink(made):
    """Pairs with their probability: names folded to plain letters, words in order; weights found by its own training."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    def row(record):
        words = sorted(unidecode(record["name"]).lower().replace(",", " ").split())
        whole = record["birth_date"] if record["birth_date"] and len(record["birth_date"]) == 10 else None
        return {
            "unique_id": record["id"], "name": " ".join(words), "first_word": words[0], "last_word": words[-1],
            "born": whole, "year": record["birth_date"][:4] if record["birth_date"] else None,
            "sex": record["sex"], "country": record["country"], "contact": record["contact"],
        }  # fmt: skip

    frame = pd.DataFrame([row(record) for record in made])
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.95, 0.9, 0.8]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("born", [1, 2]),
            cl.ExactMatch("year"),
            cl.ExactMatch("sex"),
            cl.ExactMatch("country").configure(term_frequency_adjustments=True),
            cl.ExactMatch("contact").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("born"), block_on("first_word"), block_on("last_word"), block_on("contact"),
            block_on("substr(name, 1, 3)", "year"),
        ],
    )  # fmt: skip
    linker = Linker(DuckDBAPI().register(frame), settings)
    began = time.monotonic()
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("name", "born")], recall=0.3)
    training.estimate_u_using_random_sampling(max_pairs=2_000_000)
    training.estimate_parameters_using_expectation_maximisation(block_on("name"))
    training.estimate_parameters_using_expectation_maximisation(block_on("born"))
    predicted = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    took = time.monotonic() - began
    pairs = {}
    for one, other, probability in zip(predicted["unique_id_l"], predicted["unique_id_r"], predicted["match_probability"]):
        pairs[tuple(sorted((int(one), int(other))))] = float(probability)
    return pairs, took


def by_equality(made):
    """Pairs with the same name and date of birth, as written."""
    seen, pairs = {}, {}
    for record in made:
        key = (record["name"], record["birth_date"])
        for other in seen.setdefault(key, []):
            pairs[(other, record["id"])] = 1.0
        seen[key].append(record["id"])
    return pairs


def measured(pairs, truth, least):
    found = {pair for pair, score in pairs.items() if score >= least}
    right = len(found & truth)
    precision, recall = right / max(len(found), 1), right / len(truth)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9), len(found)


def line(what, pairs, truth, least):
    precision, recall, f1, count = measured(pairs, truth, least)
    print(f"| {what} | {count} | {precision:.3f} | {recall:.3f} | {f1:.3f} |")


made = records(PERSONS, TWICE, SEED)
first, truth = {}, set()
for record in made:
    if record["person"] in first:
        truth.add((first[record["person"]], record["id"]))
    first.setdefault(record["person"], record["id"])
baken, baken_took = by_baken(made)
splink, splink_took = by_splink(made)
print(f"{len(made)} records of {PERSONS} persons, of whom {len(truth)} were recorded twice; seed {SEED}.\n")
print("| who is suggested | pairs | precision | recall | F1 |\n|---|---|---|---|---|")
line("Baken, all that it suggests", baken, truth, -99)
for bits in (13, 16, 20):
    line(f"Baken, from {bits} bits on", baken, truth, bits)
for probability in (0.5, 0.9, 0.99):
    line(f"Splink 5, from a probability of {probability} on", splink, truth, probability)
best = max(sorted(set(splink.values())), key=lambda least: measured(splink, truth, least)[2])
line(f"Splink 5, at the threshold that is best by hindsight ({best:.4f})", splink, truth, best)
line("the same name and date of birth, as written", by_equality(made), truth, 0)
print(f"\nBaken took in all records in {baken_took:.0f} s over HTTP, comparisons among it; Splink trained and compared in {splink_took:.0f} s.")
country = {record["id"]: record["country"] for record in made}
print("\n| country | pairs to be found | recall of Baken | of Splink at its best |\n|---|---|---|---|")
for home in ["PL", "RO", "HU", "BG", "ES", "PT", "UA", "TR"]:
    own = {pair for pair in truth if home in (country[pair[0]], country[pair[1]])}
    print(f"| {home} | {len(own)} | {measured(baken, own, -99)[1]:.3f} | {measured(splink, own, best)[1]:.3f} |")
