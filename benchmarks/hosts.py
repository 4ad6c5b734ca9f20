"""The service on its two hosts, and the commands that measure it there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LATENCY_PATH = "/health"


DEPLOYMENTS = """
from deployments.models import Deployment
Deployment.objects.create(name="container", kind="container", base_url="{container}")
Deployment.objects.create(
    name="lambda", kind="lambda", gateway="http_api", memory_mb={memory}, base_url="{function}"
)
"""


class Hosts(NamedTuple):
    """Base URLs, and the environment variables that both have."""

    container: str
    function: str
    variables: dict[str, str]


def register(hosts: Hosts, memory_mb: int) -> None:
    """So that the dashboard knows what they are."""
    code = DEPLOYMENTS.format(container=hosts.container, function=hosts.function, memory=memory_mb)
    manage(hosts.variables, "shell", "--no-imports", "--command", code)


def compare_latency(hosts: Hosts, path: str, samples: int, rate: float) -> None:
    """Prints what it finds and stores the run."""
    targets = ("--target", f"container={hosts.container}", "--target", f"lambda={hosts.function}")
    manage(hosts.variables, *_command(path, samples, rate), *targets, "--with-key", "--save")


def latencies_ms(url: str, samples: int, rate: float) -> list[float]:
    """Of warm calls over a kept connection, as `compare_latency` takes them."""
    command = [*_command(LATENCY_PATH, samples, rate), "--target", f"one={url}", "--json"]
    done = subprocess.run(_manage(command), cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)["samples"]
    return [sample["duration_ms"] for sample in found if not sample["error_type"]]


def manage(variables: dict[str, str], *arguments: str) -> None:
    """Runs a management command with the hosts' variables."""
    subprocess.run(_manage(arguments), cwd=ROOT, env=os.environ | variables, check=True)


def _command(path: str, samples: int, rate: float) -> list[str]:
    settings = ["--path", path, "-n", str(samples), "--rate", str(rate)]
    return ["compare_latency", *settings, "--warm-up"]


def _manage(arguments: Any) -> list[str]:
    return [sys.executable, "manage.py", *arguments]
