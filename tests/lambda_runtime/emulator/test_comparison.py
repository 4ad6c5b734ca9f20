"""`make compare`, short: both hosts measured, environments ended, reports held against."""

import os
import re
import subprocess
import sys

import pytest

from tests.blackbox.service import free_port
from tests.lambda_runtime.emulator.running import ROOT
from tests.tools import program

SHORT = ("--samples=12", "--rate=10", "--cold-rate=4", "--days=2")
LONG = ("--samples=100", "--rate=10", "--cold-rate=2")


def compared(zip_path, *options: str) -> str:
    command = [sys.executable, "-m", "benchmarks.comparison", *options, "--exit"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    done = subprocess.run(
        [*command, f"--port={free_port()}", "--zip", str(zip_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def output(zip_path) -> str:
    return compared(zip_path, *SHORT)


@pytest.mark.slow
def test_enough_samples_have_a_p95_and_say_what_cold_starts_add(zip_path):
    program("hey", package="hey")
    output = compared(zip_path, *LONG)
    assert "container, warm: compare_latency" in output
    warm = output.partition("## GET /health, warm")[2].partition("##")[0]
    [at_p95] = re.findall(r"(?m)^.* at p95.*$", warm)
    assert "lambda" in at_p95 and "too few" not in at_p95
    cold = output.partition("idle environments end")[2].partition("##")[0]
    assert "too few to say what they add" not in cold


def test_both_hosts_are_measured(output):
    for path in ("/health", "/analytics/clinic?days=7"):
        found = output.partition(f"## GET {path}, warm")[2].partition("##")[0]
        assert calls(found, "container") == calls(found, "lambda") == 12


def calls(found: str, host: str) -> int:
    """A busy machine lets calls overlap, and Lambda begin another environment for one."""
    return sum(map(int, re.findall(rf"(?m)^{host} +[a-z][a-z, ]* (\d+) ", found)))


def test_cold_starts_are_forced(output):
    found = output.partition("idle environments end")[2]
    assert re.search(r"(?m)^lambda +cold start +[1-9]", found), found


def test_no_call_fails(output):
    assert "failed" not in output


def test_the_emulators_reports_are_read(output):
    found = output.partition("REPORT lines")[2]
    assert "lambda, warm: Server-Timing" in found
    assert "too few samples: 0" not in found.partition("cold")[0]
