"""Starts a local Lambda for tests, and remembers the lines that it prints."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from deploy.local_lambda.local_lambda import LocalLambda

ROOT = Path(__file__).resolve().parents[3]
API_KEY = "a-key-of-the-tests"
SECRET_KEY = "s" * 50
LINE_SECONDS = 30
A_WHOLE_CORE_MB = 1769


@dataclass
class Running:
    """A local Lambda, and the lines that it printed."""

    local_lambda: LocalLambda
    lines: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return self.local_lambda.base_url

    @property
    def environments(self) -> int:
        return len(self.local_lambda.pool.environments())

    def get(self, path: str, **options: Any) -> requests.Response:
        return self._send("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self._send("POST", path, **options)

    def wait_for_line(self, start: str) -> str:
        """The newest line that starts so; lines come a moment after the answer."""
        deadline = time.monotonic() + LINE_SECONDS
        while time.monotonic() < deadline:
            for line in reversed(self.lines):
                if line.startswith(start):
                    return line
            time.sleep(0.01)
        raise AssertionError(f"no line {start!r} in {self.lines[-20:]}")

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        options = {"headers": {"X-API-Key": API_KEY}, "timeout": 30, **options}
        return requests.request(method, f"{self.base_url}{path}", **options)


@contextmanager
def running(
    zip_path: Path, database_url: str, more_variables: dict[str, str] | None = None, **options: Any
) -> Iterator[Running]:
    """Options are LocalLambda's; a fresh one has no execution environment yet."""
    options = {"memory_mb": A_WHOLE_CORE_MB, **options}
    lines: list[str] = []
    variables = {
        "DATABASE_URL": database_url,
        "MLOPS_API_KEY": API_KEY,
        "SECRET_KEY": SECRET_KEY,
        **(more_variables or {}),
    }
    with LocalLambda(zip_path, variables, print_line=lines.append, **options) as local_lambda:
        yield Running(local_lambda, lines)
