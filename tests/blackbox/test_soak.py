"""A short form of `python -m benchmarks.soak`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import program

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_memory_and_connections_stay_flat_at_half_load():
    program("wrk", package="wrk")
    command = [sys.executable, "-m", "benchmarks.soak", "--minutes", "0.5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
