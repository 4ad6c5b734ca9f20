"""Slow senders, without and with a key, against the service as `make run` starts it."""

import statistics
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from mlops.hang_up import SILENT_SECONDS
from tests.blackbox.senders import BODY_BYTES, connect, head, seconds_to_answer, slow_senders
from tests.blackbox.service import running_service

KEY = "k" * 32


@pytest.fixture(scope="module")
def base_url(tmp_path_factory) -> Iterator[str]:
    database_url = f"sqlite:///{tmp_path_factory.mktemp('service')}/db.sqlite3"
    with running_service(
        database_url, ENVIRONMENT="production", SECRET_KEY="s" * 50, MLOPS_API_KEY=KEY
    ) as url:
        yield url


def test_health_answers_beside_slow_senders(base_url):
    with slow_senders(base_url, 60, KEY):
        assert max(seconds_to_answer(base_url) for _ in range(20)) < SILENT_SECONDS / 3


@pytest.mark.slow
@pytest.mark.parametrize(("path", "key"), [("/admin/login/", ""), ("/track/batch", KEY)])
def test_a_slow_sender_is_hung_up_on(base_url, path, key):
    started = time.monotonic()
    with closing(connect(base_url)) as sender, suppress(ConnectionError):
        sender.sendall(head(path, key))
        for _ in range(BODY_BYTES - 1):
            sender.sendall(b" ")
            time.sleep(0.25)
    assert time.monotonic() - started < 1.5 * SILENT_SECONDS


def test_a_body_cut_off_is_not_stored(base_url):
    record = b'{"request_id": "cut", "business_id": "clinic"}'
    with closing(connect(base_url)) as sender:
        sender.sendall(head("/track", KEY, len(record) + 1) + record)
        sender.shutdown(1)
        assert sender.recv(4096).startswith(b"HTTP/1.1 400 ")


@pytest.mark.slow
def test_health_answers_at_once_beside_a_thousand(base_url):
    with slow_senders(base_url, 1_000, KEY):
        seconds = [seconds_to_answer(base_url) for _ in range(100)]
    assert statistics.median(seconds) < 0.1
    assert max(seconds) < 1
