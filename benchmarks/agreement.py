"""Whether others measure the same: hey for warm latencies, the emulator's reports for durations."""

import csv
import json
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import closing
from io import StringIO
from pathlib import Path

import psycopg2

from benchmarks.hosts import LATENCY_PATH, Hosts, latencies_ms
from deployments.reports.log import LogReader
from deployments.statistics.differences import percentile_difference
from deployments.statistics.estimates import estimate

OWN_MS = """
    SELECT sample.server_ms + coalesce(sample.init_ms, 0)
    FROM deployments_latencysample AS sample JOIN deployments_latencyrun AS run
        ON run.id = sample.run_id
    WHERE run.path = %s AND sample.cold_start = %s AND sample.error_type = ''
"""
ROUNDS = 3


def with_hey(hosts: Hosts, samples: int, rate: float) -> None:
    """In turn, at the same rate, over one connection."""
    if shutil.which("hey") is None:
        print("hey is missing: apt-get install hey", flush=True)
        return
    for name, url in (("container", hosts.container), ("lambda", hosts.function)):
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            ours += latencies_ms(url, samples // ROUNDS, rate)
            theirs += hey_ms(f"{url}{LATENCY_PATH}", samples // ROUNDS, rate)
        _print(f"{name}, warm: compare_latency", ours, "hey", theirs)


def hey_ms(url: str, calls: int, rate: float) -> list[float]:
    """Response times over one connection, without the call that opened it."""
    command = ["hey", "-n", str(calls), "-c", "1", "-q", str(rate), "-o", "csv", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = list(csv.DictReader(StringIO(output)))
    return [1_000 * float(row["response-time"]) for row in rows if float(row["DNS+dialup"]) == 0]


def with_reports(hosts: Hosts, log: Path, path: str) -> None:
    """The emulator runs init within the first invocation: its Duration has both."""
    lines = log.read_text().splitlines()
    cold_by_request = _cold_by_request(lines, path.partition("?")[0])
    reports = list(LogReader().read((None, line) for line in lines))
    for cold, word in ((False, "warm"), (True, "cold, with init")):
        reported = [
            report.duration_ms or 0.0
            for report in reports
            if cold_by_request.get(report.request_id) is cold
        ]
        own = _own_ms(hosts.variables["DATABASE_URL"], path, cold)
        _print(f"lambda, {word}: Server-Timing", own, "REPORT", reported)


def _own_ms(database_url: str, path: str, cold: bool) -> list[float]:
    """What the function said of itself in the stored samples, init included."""
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(OWN_MS, [path, cold])
        return [row[0] for row in cursor.fetchall()]


def _cold_by_request(lines: Sequence[str], path: str) -> dict[str, bool]:
    told = [json.loads(line) for line in lines if line.startswith("{") and '"path"' in line]
    return {line["request_id"]: line["cold_start"] for line in told if line["path"] == path}


def _print(name: str, ours: Sequence[float], other: str, theirs: Sequence[float]) -> None:
    gap = percentile_difference(ours, theirs, 0.5)
    print(
        f"{name} {estimate(ours, 0.5)} ms, {other} {estimate(theirs, 0.5)} ms"
        f" (medians of {len(ours)} and {len(theirs)}); difference {gap or 'unknown'} ms",
        flush=True,
    )
