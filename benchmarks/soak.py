"""Half of what the service takes, for long: do memory or connections grow?

`python -m benchmarks.soak`: the container's server before a PostgreSQL of its own. Ends with an
error where the last third of the time shows more of anything than the second.
"""

import argparse
import os
import statistics
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg2

from benchmarks import servers
from benchmarks.ingest import migrate
from benchmarks.servers import CONNECTIONS, Load
from tests.blackbox.service import free_port, session_of_each_worker
from tests.database import start_postgresql

MEASURES_PER_RUN = 60
FULL_LOAD_SECONDS = 5
# Allocators and caches settle by some percent; a leak of 10 bytes a record would show.
GROWTH_AT_MOST = 1.05
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


class Usage(NamedTuple):
    """Of all worker processes together; `sockets` are open file descriptors of any kind."""

    memory_mb: float
    descriptors: int
    threads: int
    database_connections: int


def main() -> None:
    options = _options()
    os.environ.update(DATABASE_URL=start_postgresql(), DJANGO_SETTINGS_MODULE="mlops.settings")
    database_url = os.environ["DATABASE_URL"]
    migrate(database_url)
    with servers.serving("", free_port(), database_url) as url:
        full = servers.load(url, FULL_LOAD_SECONDS).requests_per_second
        workers = list(session_of_each_worker(url))
        usages, load = _soak(url, workers, database_url, full, 60 * options.minutes)
    rate, (p50, p99, _) = load.requests_per_second, load.latencies_ms
    print(f"{rate:,.0f} records/s of {full:,.0f}, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    third = len(usages) // 3
    grown = [
        name
        for name, before, after in zip(
            Usage._fields, _means(usages[third : 2 * third]), _means(usages[-third:]), strict=True
        )
        if _is_grown(name, before, after)
    ]
    if grown:
        raise SystemExit(f"Grown: {', '.join(grown)}")


def _soak(
    url: str, workers: list[int], database_url: str, full_rate: float, seconds: float
) -> tuple[list[Usage], Load]:
    """Pauses as long as an answer takes under full load halve the load."""
    pause_ms = 1_000 * CONNECTIONS / full_rate
    print("| minute | memory MB | descriptors | threads | database connections |")
    print("|---:|---:|---:|---:|---:|")
    usages = []
    with ThreadPoolExecutor(1) as thread:
        started = time.monotonic()
        load: Future[Load] = thread.submit(servers.load, url, round(seconds), delay_ms=pause_ms)
        for number in range(1, MEASURES_PER_RUN + 1):
            time.sleep(max(0, started + seconds * number / MEASURES_PER_RUN - time.monotonic()))
            usages.append(_usage(workers, database_url))
            memory_mb, *counts = usages[-1]
            cells = " | ".join(map(str, counts))
            print(f"| {seconds * number / MEASURES_PER_RUN / 60:.1f} | {memory_mb:.1f} | {cells} |")
        return usages, load.result()


def _usage(workers: list[int], database_url: str) -> Usage:
    processes = [Path(f"/proc/{pid}") for pid in workers]
    pages = sum(int((process / "statm").read_text().split()[1]) for process in processes)
    with closing(psycopg2.connect(database_url)) as connection:
        cursor = connection.cursor()
        cursor.execute(CONNECTED)
        [(connected,)] = cursor.fetchall()
    return Usage(
        memory_mb=pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        descriptors=sum(len(list((process / "fd").iterdir())) for process in processes),
        threads=sum(len(list((process / "task").iterdir())) for process in processes),
        database_connections=connected - 1,
    )


def _means(usages: list[Usage]) -> list[float]:
    return [statistics.mean(values) for values in zip(*usages, strict=True)]


def _is_grown(name: str, before: float, after: float) -> bool:
    print(f"{name}: {before:.1f}, at the end {after:.1f}, ratio {after / before:.3f}")
    return after / before > GROWTH_AT_MOST


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    main()
