"""Ingest beside a hand-written Flask service: same server, workers, PostgreSQL and load."""

import argparse
import os
import statistics
import subprocess
import sys

import psycopg2

from benchmarks import flask_service
from benchmarks.servers import CONNECTIONS, WORKERS, Load, load, serving
from tests.database import start_postgresql

BATCH = 100
OURS = ""
FLASK = "benchmarks.flask_service:app"


CASES = {"single records": 0, f"batches of {BATCH}": BATCH}


def main() -> None:
    options = _options()
    database_url = start_postgresql()
    _prepare(database_url)
    print(f"{WORKERS} workers, {CONNECTIONS} connections, {options.seconds} s, fsync on")
    for name, batch in CASES.items():
        rounds = [_round(database_url, options, name, batch) for _ in range(options.rounds)]
        print(f"{name}: median ratio {statistics.median(rounds):.2f}", flush=True)


def _round(database_url: str, options: argparse.Namespace, name: str, batch: int) -> float:
    """The ratio of our records a second to Flask's."""
    flask = _measure(FLASK, database_url, options, batch)
    ours = _measure(OURS, database_url, options, batch)
    ratio = ours.requests_per_second / flask.requests_per_second
    print(f"{name}: Flask {_text(flask, batch)}   ours {_text(ours, batch)}   ratio {ratio:.2f}")
    return ratio


def _text(load: Load, batch: int) -> str:
    p50, p99, p999 = load.latencies_ms
    records = load.requests_per_second * (batch or 1)
    return f"{records:6.0f}/s (p50 {p50:.1f}, p99 {p99:.1f}, p99.9 {p999:.1f} ms)"


def _measure(application: str, database_url: str, options: argparse.Namespace, batch: int) -> Load:
    with serving(application, 5990, database_url) as url:
        load(url, 1, batch, alike=options.alike)
        return load(url, options.seconds, batch, alike=options.alike)


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
    parser.add_argument("--alike", action="store_true", help="all of one business and model")
    return parser.parse_args()


if __name__ == "__main__":
    main()
