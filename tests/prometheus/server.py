"""A real Prometheus server that scrapes the service each second, and what it answers."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.blackbox.service import free_port
from tests.blackbox.truth import Labels
from tests.tools import program

WAIT_SECONDS = 30
ADDED_BY_PROMETHEUS = {"__name__", "instance", "job"}


@contextmanager
def running_prometheus(folder: Path, target: str, key: str) -> Iterator["Prometheus"]:
    port = free_port()
    config = folder / "prometheus.yml"
    # Prometheus reads YAML, of which JSON is a part.
    config.write_text(json.dumps(_config(target, key)))
    process = subprocess.Popen(
        [
            program("prometheus", package="prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ]
    )
    try:
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


def _config(target: str, key: str) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [
            {
                "job_name": "tracking",
                "authorization": {"credentials": key},
                "static_configs": [{"targets": [target]}],
            }
        ],
    }


class Prometheus:
    """The HTTP API of a Prometheus server."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def get(self, path: str, **params: str) -> Any:
        answer = requests.get(f"{self.base_url}/api/v1/{path}", params=params, timeout=10)
        answer.raise_for_status()
        return answer.json()["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = self.get("query", query=expression)["result"]
        return result

    def value(self, expression: str) -> float | None:
        """Of the only series; None where there is none."""
        result = self.query(expression)
        return float(result[0]["value"][1]) if result else None

    def values(self, expression: str) -> dict[Labels, float]:
        """Value by the service's own labels."""
        return {
            own_labels(series["metric"]): float(series["value"][1])
            for series in self.query(expression)
        }

    def samples(self, selector: str) -> dict[tuple[str, Labels], list[float]]:
        """The raw samples of each series that a range selector names, oldest first."""
        return {
            (series["metric"]["__name__"], own_labels(series["metric"])): [
                float(value) for _, value in series["values"]
            ]
            for series in self.query(selector)
        }

    def wait_for(self, expression: str, reached: Callable[[float], bool]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                value = self.value(expression)
            except requests.RequestException:
                value = None  # It is still starting.
            if value is not None and reached(value):
                return
            assert time.monotonic() < deadline, f"{expression} is {value}"
            time.sleep(0.1)


def own_labels(metric: dict[str, str]) -> Labels:
    return tuple(sorted((k, v) for k, v in metric.items() if k not in ADDED_BY_PROMETHEUS))
