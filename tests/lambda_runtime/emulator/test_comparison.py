"""`make compare`, short: both hosts measured, environments ended, reports held against."""

import os
import re
import subprocess
import sys

import pytest

from tests.lambda_runtime.emulator.running import ROOT

SHORT = ("--samples", "12", "--rate", "10", "--cold-rate", "2", "--exit")


@pytest.fixture(scope="module")
def output(zip_path) -> str:
    command = [sys.executable, "-m", "benchmarks.comparison", *SHORT, "--zip", str(zip_path)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_hosts_are_measured(output):
    for path in ("/health", "/analytics/clinic?days=7"):
        found = output.partition(f"## GET {path}, warm")[2].partition("##")[0]
        assert re.search(r"(?m)^container +warm +12 ", found), found
        # A busy machine may start another environment meanwhile, whose first call is cold.
        assert re.search(r"(?m)^lambda +warm +1[0-2] ", found), found


def test_cold_starts_are_forced(output):
    found = output.partition("idle environments end")[2]
    assert re.search(r"(?m)^lambda +cold start +[1-9]", found), found


def test_no_call_fails(output):
    assert "failed" not in output


def test_the_emulators_reports_are_read(output):
    found = output.partition("REPORT lines")[2]
    assert "lambda, warm: Server-Timing" in found
    assert "too few samples: 0" not in found.partition("cold")[0]
