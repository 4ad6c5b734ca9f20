"""Ingest beside a hand-written Flask service: same server, workers, PostgreSQL and load."""

import argparse
import os
import statistics
import subprocess
import sys

import psycopg2

from benchmarks import flask_service
from benchmarks.servers import CONNECTIONS, WORKERS, requests_per_second, serving
from tests.database import start_postgresql

BATCH = 100
OURS = ""
FLASK = "benchmarks.flask_service:app"


def main() -> None:
    options = _options()
    database_url = start_postgresql()
    _prepare(database_url)
    print(f"{WORKERS} workers, {CONNECTIONS} connections, {options.seconds} s, fsync on")
    singles, batches = [], []
    for number in range(1, options.rounds + 1):
        flask = _measure(FLASK, database_url, options.seconds)
        ours = _measure(OURS, database_url, options.seconds)
        batch = BATCH * _measure(OURS, database_url, options.seconds, BATCH)
        singles.append(ours / flask)
        batches.append(batch)
        print(
            f"round {number}: Flask {flask:6.0f}/s   ours {ours:6.0f}/s   ratio {ours / flask:.2f}"
            f"   batches of {BATCH}: {batch:6.0f} records/s",
            flush=True,
        )
    print(f"median: ratio {statistics.median(singles):.2f}", end="   ")
    print(f"batches: {statistics.median(batches):.0f} records/s")


def _measure(application: str, database_url: str, seconds: int, batch: int = 0) -> float:
    with serving(application, 5990, database_url) as url:
        requests_per_second(url, 1, batch)
        return requests_per_second(url, seconds, batch)


def migrate(database_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)


def _prepare(database_url: str) -> None:
    migrate(database_url)
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(flask_service.TABLE)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=15)
    return parser.parse_args()


if __name__ == "__main__":
    main()
