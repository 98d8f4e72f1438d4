"""Holds the disclosure control against other implementations.

The cells of random releases go to the auditor of pytauargus, which is a port of that of tau-ARGUS over HiGHS. It must find the
bounds that were found here, for everybody and for the coordinators, who read their own releases as well. The exports of one release are read by csvwlib, pyjstat and pyarrow, and must have its numbers.
"""

import csv
import functools
import http.server
import json
import math
import sys
import threading
from pathlib import Path

from csvwlib import CSVWConverter
from pyarrow import parquet
from pyjstat import pyjstat
from pytauargus._tauargus import audit_jj

FOLDER = Path(sys.argv[1])
# Bounds may differ by the errors of two solvers.
TOLERANCE = 1e-3
# The largest bound of a file, which stands for none; a scaled ray may end a little before it.
MANY = 1e5

compared = cells = 0
of_readers = {"everybody": 0, "coordinators": 0}
for jj in sorted(FOLDER.glob("*.jj")):
    theirs = {row["cell"]: (row["min"], row["max"]) for row in audit_jj(str(jj))}
    for number, low, high in csv.reader(jj.with_suffix(".csv").open()):
        ours = (float(low), float(high))
        other = theirs[int(number)]
        cells += 1
        of_readers[jj.name.split("-")[0]] += 1
        for bound, found in zip(ours, other):
            same = found >= MANY if math.isinf(bound) or bound >= MANY else abs(bound - found) < TOLERANCE
            if not same:
                sys.exit(f"{jj.name}: cell {number} is {ours} here and {other} there")
    compared += 1
print(f"{cells} small cells of {compared} drafts have the same bounds in pytauargus: {of_readers}")
if min(of_readers.values()) < 300:
    sys.exit("too few cells were compared")

release = json.loads((FOLDER / "release.json").read_text())
counts = sorted(
    cell["value"]["count"]
    for table in release["tables"]
    for cell in table["cells"]
    if isinstance(cell["value"], dict) and "count" in cell["value"]
)

datasets = json.loads((FOLDER / "release.json-stat.json").read_text())["link"]["item"]
read = []
for dataset in datasets:
    frame = pyjstat.Dataset.read(json.dumps(dataset)).write("dataframe")
    measure = dataset["dimension"]["measure"]["label"]
    read += [int(value) for value in frame[frame[measure] == "count"]["value"].dropna()]
if sorted(read) != counts:
    sys.exit("pyjstat reads other counts")
print(f"pyjstat reads the {len(read)} counts of {len(datasets)} datasets")

table = FOLDER / "release.table.csv"
rows = [row for row in csv.DictReader(table.open(newline="")) if row["measure"] == "count"]
if sorted(int(row["value"]) for row in rows) != counts:
    sys.exit("the CSV has other counts")
described = json.loads(Path(f"{table}-metadata.json").read_text())


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


# csvwlib fetches what it converts.
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(FOLDER)))
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}/{table.name}"
converted = CSVWConverter.to_json(address, f"{address}-metadata.json", mode="minimal")
converted = json.loads(converted) if isinstance(converted, str) else converted
server.shutdown()
if len(converted) != sum(1 for _ in csv.DictReader(table.open(newline=""))):
    sys.exit("csvwlib reads other rows")
if sorted(int(row["value"]) for row in converted if row.get("measure") == "count") != counts:
    sys.exit("csvwlib reads other counts")
print(f"csvwlib reads {len(converted)} rows of {len(described['tableSchema']['columns'])} columns")

frame = parquet.read_table(FOLDER / "release.parquet").to_pylist()
as_csv = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in frame]
if as_csv != list(csv.DictReader(table.open(newline=""))):
    sys.exit("pyarrow reads other rows")
print(f"pyarrow reads the same {len(frame)} rows")
