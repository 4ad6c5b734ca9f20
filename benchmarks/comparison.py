"""The container and the Lambda package side by side on this machine, with the same PostgreSQL.

`make compare` measures both, forces cold starts, stores the runs, holds the figures against
another tool and the emulator's own reports, and serves the dashboard that shows them.
"""

import argparse
import random
import signal
import sys
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from threading import Event, Thread

from benchmarks import agreement
from benchmarks.hosts import LATENCY_PATH, Hosts, compare_latency, manage, register
from deploy.local_lambda import database
from deploy.local_lambda.__main__ import package
from deploy.local_lambda.local_lambda import LocalLambda
from tests.blackbox.service import running_service
from tests.database import start_postgresql

STAGE = "production"
DATABASE_PATH = "/analytics/clinic?days=7"
# Calls of each host between two ends or so. A cold start has ended before the next call comes.
CALLS_BETWEEN_ENDS = 3.75


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    zip_path = options.zip or package(STAGE)
    variables = _variables()
    database.prepare(variables)
    days = ("--days", str(options.days))
    manage(variables, "demo_data", "--requests-only", "--verbosity", "0", *days)
    with TemporaryDirectory() as folder:
        log = Path(folder) / "lambda.log"
        with (
            running_service(variables["DATABASE_URL"], **variables) as container,
            log.open("w", buffering=1) as lines,
            LocalLambda(
                zip_path,
                variables,
                port=options.port,
                memory_mb=options.memory,
                print_line=lambda line: print(line, file=lines),
            ) as function,
        ):
            hosts = Hosts(container, function.base_url, variables)
            register(hosts, options.memory)
            _compare_warm(hosts, options)
            _title("Warm latencies by hey")
            agreement.with_hey(hosts, options.samples, options.rate)
            _compare_with_cold_starts(hosts, function, options)
            _title("Durations by the emulator's REPORT lines")
            agreement.with_reports(hosts, log, DATABASE_PATH)
            _show(container, variables, options)


def _compare_warm(hosts: Hosts, options: argparse.Namespace) -> None:
    for path in (LATENCY_PATH, DATABASE_PATH):
        _title(f"GET {path}, warm")
        compare_latency(hosts, path, options.samples, options.rate)


def _compare_with_cold_starts(
    hosts: Hosts, function: LocalLambda, options: argparse.Namespace
) -> None:
    """One by one: those at the same time would share this machine, which they don't on Lambda."""
    seconds = CALLS_BETWEEN_ENDS / options.cold_rate
    _title(f"GET {DATABASE_PATH}, idle environments end every {seconds:.2g} s or so")
    ended = Event()
    thread = Thread(target=_end_environments, args=(function, ended, seconds))
    thread.start()
    compare_latency(hosts, DATABASE_PATH, options.samples, options.cold_rate)
    ended.set()
    thread.join()


def _end_environments(function: LocalLambda, ended: Event, seconds: float) -> None:
    while not ended.wait(seconds * random.uniform(0.5, 1.5)):
        function.end_idle()


def _title(text: str) -> None:
    print(f"\n## {text}\n", flush=True)


def _show(container: str, variables: dict[str, str], options: argparse.Namespace) -> None:
    if options.exit:
        return
    print(f"\nThe runs in the dashboard: {container}/dashboard/deployments/?window=1h")
    print(f"Log in as admin with {variables['ADMIN_PASSWORD']}; Ctrl-C ends it all.", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print("\nStopped.")


def _variables() -> dict[str, str]:
    """Those of both hosts: an installation that lasts as long as the comparison."""
    return {
        "DATABASE_URL": start_postgresql(),
        "SECRET_KEY": token_urlsafe(40),
        "MLOPS_API_KEY": token_urlsafe(24),
        "ADMIN_PASSWORD": token_urlsafe(12),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.comparison", description=__doc__)
    add = parser.add_argument
    add("--samples", type=int, default=300, help="calls of each host and run (300)")
    add("--rate", type=float, default=5, help="calls a second of each host (5)")
    add("--cold-rate", type=float, default=1.5, help="the same where environments end (1.5)")
    add("--memory", type=int, default=512, help="the function's, in MB (512)")
    add("--port", type=int, default=9001, help="the function's gateway's (9001)")
    add("--days", type=int, default=30, help="of demo data in the database (30)")
    add("--zip", type=Path, help="compare this zip instead of packaging one")
    add("--exit", action="store_true", help="end when measured, serve no dashboard")
    return parser.parse_args()


if __name__ == "__main__":
    main()
