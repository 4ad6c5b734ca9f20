"""Starts ours, or another WSGI application on the same granian, and puts load on it with wrk."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import requests

WORKERS = 4
CONNECTIONS = 8
LOAD_SCRIPT = Path(__file__).with_name("load.lua")


@contextmanager
def serving(application: str, port: int, database_url: str) -> Iterator[str]:
    """`application` is a name for granian; empty for ours, served as in the container."""
    where = ("--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS))
    command = [sys.executable, "-m", "mlops.server", *where]
    if application:
        command = [
            str(Path(sys.executable).with_name("granian")),
            *("--interface", "wsgi", *where, "--blocking-threads", "2"),
            *("--no-access-log", "--log-level", "error", application),
        ]
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": database_url})
    try:
        _wait_until_up(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_until_up(url: str) -> None:
    for _ in range(100):
        try:
            requests.get(url, timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise SystemExit(f"{url} didn't start.")


class Load(NamedTuple):
    """`latencies_ms`: of p50, p99 and p99.9."""

    requests_per_second: float
    latencies_ms: tuple[float, ...]


def load(
    url: str, seconds: int, batch: int = 0, *, alike: bool = False, delay_ms: float = 0
) -> Load:
    """As many requests as CONNECTIONS clients make one after the other, with pauses between."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("This benchmark needs wrk: apt-get install wrk")
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(LOAD_SCRIPT), url]
    options = {"BATCH": batch, "ALIKE": int(alike), "DELAY_MS": delay_ms}
    environment = {**os.environ, **{name: str(value) for name, value in options.items()}}
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    if "Non-2xx" in output.stdout:
        raise SystemExit(f"Some requests failed:\n{output.stdout}")
    [rate] = re.findall(r"Requests/sec:\s+([\d.]+)", output.stdout)
    latencies_ms = re.findall(r"(?m)^p[\d.]+ ([\d.]+)$", output.stdout)
    return Load(float(rate), tuple(map(float, latencies_ms)))
