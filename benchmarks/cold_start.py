"""Cold start, from the start of the process to the first answer: `python -m benchmarks.cold_start`.

Counts instructions (valgrind, repeatable on a busy machine) and CPU time (median). Beside it: the
same project with a queue and as an untouched Zappa package, and a minimal Flask service.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks import lambda_tasks
from benchmarks.lambda_tasks import ROOT
from tests.aws import empty_account
from tests.database import start_postgresql
from tests.tracking.queue.queues import Queues

RUNS = 11
PATHS = ("/track", "/health", "/metrics", "/analytics/clinic")
KEY = "a-key-for-the-benchmark"
CALL = """
import importlib, json, os, sys
module, function, event = sys.argv[1:]
class Context:
    aws_request_id = "benchmark"
answer = getattr(importlib.import_module(module), function)(json.loads(event), Context())
assert answer["statusCode"] in (200, 202), answer
os._exit(0)
"""


class Case(NamedTuple):
    name: str
    task: Path
    handler: str
    path: str
    variables: dict[str, str] = {}


def main() -> None:
    environment = _environment(_migrated_database())
    with empty_account() as account:
        measured = [(case, *_measure(case, environment)) for case in _cases(account)]
    flask = {case.name: (count, cpu) for case, count, cpu in measured}["Flask"]
    print("| first request | million instructions | of Flask | CPU ms | of Flask |")
    print("|---|---:|---:|---:|---:|")
    for case, count, cpu_ms in measured:
        shares = f"{count / flask[0]:.2f} | {cpu_ms:.0f} | {cpu_ms / flask[1]:.2f}"
        print(f"| {case.name}, `{case.path}` | {count / 1e6:,.0f} | {shares} |", flush=True)


def _cases(account: dict[str, str]) -> list[Case]:
    handler, task = "mlops.lambda_handler.handler", lambda_tasks.ours()
    queued = account | {"INGEST_QUEUE_URL": Queues(account).make_bare("ingest").url}
    return [
        *(Case("This service", task, handler, path) for path in PATHS),
        Case("With a queue", task, handler, "/track", queued),
        Case("Untouched Zappa package", lambda_tasks.stock(), "handler.lambda_handler", "/track"),
        Case("Flask", lambda_tasks.flask(), "flask_on_lambda.handler", "/track"),
    ]


def _measure(case: Case, environment: dict[str, str]) -> tuple[int, float]:
    """(instructions, median CPU milliseconds)"""
    call = (*case.handler.rsplit(".", 1), _event(case.path))
    command = [lambda_tasks.python(), "-S", "-c", CALL, *call]
    path = {"PYTHONPATH": f"{case.task}:{lambda_tasks.aws_runtime()}"}
    variables = environment | case.variables | path
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}"]
    print(f"{case.name} {case.path} ...", file=sys.stderr, flush=True)
    counted = subprocess.run(
        valgrind + command, cwd=case.task, env=variables, text=True, capture_output=True, check=True
    )
    [line] = [line for line in counted.stderr.splitlines() if "Collected" in line]
    times = [_cpu_ms(command, case.task, variables) for _ in range(RUNS)]
    return int(line.rpartition(":")[2]), statistics.median(times)


def _cpu_ms(command: list[str], task: Path, variables: dict[str, str]) -> float:
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command, cwd=task, env=variables, stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[4]} failed")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def _event(path: str) -> str:
    """A function URL's event."""
    record = {"business_id": "clinic", "response_time_ms": 1200.5, "tokens_used": 300}
    method = "POST" if path == "/track" else "GET"
    http = {"method": method, "path": path, "sourceIp": "203.0.113.7", "protocol": "HTTP/1.1"}
    return json.dumps(
        {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"host": "a.example", "x-api-key": KEY, "content-type": "application/json"},
            "requestContext": {"stage": "$default", "http": http},
            "body": json.dumps(record) if method == "POST" else None,
            "isBase64Encoded": False,
        }
    )


def _environment(database_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONHASHSEED": "0",
        # Lambda's task folder can't be written.
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "DATABASE_URL": database_url,
        "MLOPS_API_KEY": KEY,
        "SECRET_KEY": "s" * 50,
    }


def _migrated_database() -> str:
    url = start_postgresql()
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
    return url


if __name__ == "__main__":
    main()
