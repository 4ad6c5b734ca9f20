"""`make lambda`: says what it uses, serves, and ends everything on Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from tests.blackbox.service import free_port, is_healthy
from tests.lambda_runtime.emulator.running import ROOT

COMMAND = [sys.executable, "-m", "deploy.local_lambda"]


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **variables}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.fixture
def serving(zip_path) -> Iterator["subprocess.Popen[str]"]:
    """On a throwaway PostgreSQL."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
    command = [*COMMAND, "--zip", str(zip_path), f"--port={free_port()}", "--environments=1"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        # A shell lets what it starts in the background ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        yield process
        process.kill()


def test_it_serves_until_ctrl_c(serving):
    printed = []
    for line in serving.stdout:
        printed.append(line)
        if line.startswith("Serving on"):
            break
    url = re.findall(r"Serving on (\S+)", printed[-1])[0]
    assert "throwaway PostgreSQL" in "".join(printed)
    assert re.search(r"Processor: (0\.29 of a core|NOT limited)", "".join(printed))
    assert requests.get(f"{url}/health", timeout=30).status_code == 200
    serving.send_signal(signal.SIGINT)
    assert serving.wait(20) == 0
    assert not is_healthy(url)


def test_sqlite_is_refused():
    refused = run("--zip", "none.zip", DATABASE_URL="sqlite:///db.sqlite3")
    assert refused.returncode == 1
    assert "SQLite does not work on Lambda" in refused.stderr


@pytest.mark.parametrize("option", ["--memory=0", "--port=70000", "--environments=x"])
def test_options_have_bounds(option):
    refused = run(option)
    assert refused.returncode == 2
    assert "must be a whole number" in refused.stderr
