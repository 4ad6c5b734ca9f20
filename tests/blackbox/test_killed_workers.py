"""Workers that are killed again and again: the service stays up."""

import os
import signal
import time
from contextlib import suppress

import pytest
import requests

from tests.blackbox.service import (
    running_service,
    session_of_each_worker,
    wait_until_healthy,
    worker_pid,
)


def kill_a_worker(base_url: str) -> None:
    with suppress(requests.ConnectionError, ProcessLookupError):
        os.kill(worker_pid(requests.Session(), base_url), signal.SIGKILL)


def kill(base_url: str, times: int, seconds_between: float) -> None:
    for _ in range(times):
        kill_a_worker(base_url)
        time.sleep(seconds_between)


@pytest.fixture
def base_url(tmp_path):
    with running_service(f"sqlite:///{tmp_path}/db.sqlite3", WEB_CONCURRENCY="1") as url:
        yield url


def test_a_worker_that_dies_again_and_again_is_replaced(base_url):
    for _ in range(3):
        kill_a_worker(base_url)
        wait_until_healthy(base_url)
    assert len(session_of_each_worker(base_url, 1)) == 1


@pytest.mark.slow
def test_a_service_whose_workers_are_killed_every_second_stays_up(tmp_path):
    with running_service(f"sqlite:///{tmp_path}/db.sqlite3") as base_url:
        kill(base_url, times=20, seconds_between=1)
        wait_until_healthy(base_url)
        assert len(session_of_each_worker(base_url)) == 4
