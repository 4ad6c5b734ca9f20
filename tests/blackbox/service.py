"""Starts the service as `make run` does, and speaks to its worker processes one by one."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

SERVE = Path(__file__).resolve().parents[2] / "deploy" / "serve"
START_SECONDS = 120
STOP_SECONDS = 40
WORKERS = 4


@contextmanager
def running_service(database_url: str, **environment: str) -> Iterator[str]:
    """Its base URL, once it answers; stopped at the end with SIGTERM."""
    port = int(environment.get("SERVICE_PORT") or free_port())
    process = _start(database_url, port, environment)
    base_url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(base_url, process)
        yield base_url
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _start(database_url: str, port: int, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """In another folder than the project's: where it is started must not matter."""
    return subprocess.Popen(
        [SERVE],
        cwd=tempfile.gettempdir(),
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATABASE_URL": database_url,
            "SERVICE_HOST": "127.0.0.1",
            "SERVICE_PORT": str(port),
            "WEB_CONCURRENCY": str(WORKERS),
            **environment,
        },
    )


def wait_until_healthy(base_url: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Fails when `process` ends before it answers."""
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(base_url):
        assert process is None or process.poll() is None, f"deploy/serve ended: {process}"
        assert time.monotonic() < deadline, f"no answer from {base_url}"
        time.sleep(0.05)


def is_healthy(base_url: str) -> bool:
    try:
        return requests.get(f"{base_url}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def worker_pid(session: requests.Session, base_url: str) -> int:
    """Of the worker at the other end of the session's kept-alive connection."""
    answer = session.get(f"{base_url}/health/detailed", timeout=10)
    answer.raise_for_status()
    return int(answer.json()["system"]["process_id"])


def session_of_each_worker(base_url: str, count: int = WORKERS) -> dict[int, requests.Session]:
    """A session for each of `count` workers; connects anew until all of them have answered."""
    sessions: dict[int, requests.Session] = {}
    deadline = time.monotonic() + START_SECONDS
    while len(sessions) < count:
        assert time.monotonic() < deadline, f"only workers {sorted(sessions)} answered"
        session = requests.Session()
        sessions.setdefault(worker_pid(session, base_url), session)
    return sessions
