"""Scrapes while a transaction stays open, as a dump or a long report keeps one.

`python -m benchmarks.held_open`: a REPEATABLE READ transaction of another session keeps every dead
row, so that neither folds' deletions nor rollups' old versions are cleaned away; records come in at
a steady rate meanwhile. Once as PostgreSQL is, once without autovacuum for the pending table.
"""

import argparse
import os
import re
import statistics
import subprocess
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import django
import psycopg2
from django.test import Client

from benchmarks import writers
from tests.database import start_postgresql

CLIENTS = 4
WARM_UP_SECONDS = 20
SCRAPES = 15
EVERY_SECONDS = 10
NO_AUTOVACUUM = "ALTER TABLE tracking_pending SET (autovacuum_enabled = off)"


def main() -> None:
    options = _options()
    os.environ.update(DATABASE_URL=start_postgresql(), DJANGO_SETTINGS_MODULE="mlops.settings")
    django.setup()
    database_url = os.environ["DATABASE_URL"]
    writers.prepare(database_url)
    _measure(database_url, options, "autovacuum as it is")
    writers.execute(database_url, NO_AUTOVACUUM)
    _measure(database_url, options, "no autovacuum of the pending table")


def _measure(database_url: str, options: argparse.Namespace, name: str) -> None:
    with closing(psycopg2.connect(database_url)) as held, TemporaryDirectory() as folder:
        script = Path(folder) / "script.sql"
        _load(database_url, options, script, WARM_UP_SECONDS).communicate()
        held.set_session(isolation_level="REPEATABLE READ")
        held.cursor().execute("SELECT count(*) FROM tracking_total")
        load = _load(database_url, options, script, 60 * options.minutes)
        times_ms = _scrapes(60 * options.minutes)
        output = load.communicate()[0]
    [rate] = re.findall(r"tps = ([\d.]+)", output)
    first, last = (statistics.median(part) for part in (times_ms[:SCRAPES], times_ms[-SCRAPES:]))
    print(
        f"{name}, {options.label_sets} label sets, {options.minutes:g} min:"
        f" {float(rate):.0f} of {options.rate} records/s;"
        f" a scrape {first:.1f} ms, at the end {last:.1f} ms, ratio {last / first:.2f}",
        flush=True,
    )


def _load(
    database_url: str, options: argparse.Namespace, path: Path, seconds: float
) -> "subprocess.Popen[str]":
    path.write_text(writers.OURS.replace("{label_sets}", str(options.label_sets)))
    command = [
        *(str(writers.binaries() / "pgbench"), "--no-vacuum", "--protocol", "simple"),
        *("--client", str(CLIENTS), "--rate", str(options.rate), "--file", str(path)),
        *("--time", f"{seconds:.0f}", database_url),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _scrapes(seconds: float) -> list[float]:
    """Milliseconds of each: SCRAPES in a row every few seconds, while records come in."""
    client = Client()
    client.get("/metrics")
    times_ms = []
    until = time.monotonic() + seconds - EVERY_SECONDS
    while time.monotonic() < until:
        for _ in range(SCRAPES):
            started = time.perf_counter()
            assert client.get("/metrics").status_code == 200
            times_ms.append(1_000 * (time.perf_counter() - started))
        time.sleep(EVERY_SECONDS)
    return times_ms


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.held_open", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--label-sets", type=int, default=1, help="up to 100")
    parser.add_argument("--rate", type=int, default=500, help="records a second")
    return parser.parse_args()


if __name__ == "__main__":
    main()
