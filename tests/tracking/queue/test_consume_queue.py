"""The consumer as a process of its own: stopped, killed, and while its database is away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests import database
from tests.tracking.queue.queues import Queues, body, waiting
from tracking.queue.sqs import Queue
from tracking.store.periods import Period

pytestmark = pytest.mark.skipif(
    not database.POSTGRESQL, reason="processes share PostgreSQL: TEST_DATABASE=postgresql"
)

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 30
KILLED_WHEN_STORED = """
import os, signal, sys
from django.core.management import execute_from_command_line
from tracking.queue.sqs import Queue
Queue.delete = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
execute_from_command_line(["manage.py", "consume_queue"])
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with database.new_database() as url:
        environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mlops.settings"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        yield url


@contextmanager
def consumer(
    queues: Queues, queue: Queue, url: str, *python: str
) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, *(python or ("manage.py", "consume_queue"))],
        cwd=ROOT,
        env={
            **os.environ,
            **queues.variables,
            "DJANGO_SETTINGS_MODULE": "mlops.settings",
            "DATABASE_URL": url,
            "INGEST_QUEUE_URL": queue.url,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def query(url: str, sql: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def counted(url: str, business_id: str) -> list[tuple[Any, ...]]:
    """(requests stored, requests in the totals of all time)"""
    stored = f"SELECT count(*) FROM tracking_airequest WHERE business_id = '{business_id}'"
    total = (
        "SELECT coalesce(sum(requests), 0)::int"
        " FROM tracking_total JOIN tracking_labelset ON label_set_id = tracking_labelset.id"
        f" WHERE period = {Period.ALL:d} AND business_id = '{business_id}'"
    )
    return query(url, f"SELECT ({stored}), ({total})")


def is_stored(url: str, business_id: str, at_least: int) -> bool:
    return bool(counted(url, business_id)[0][0] >= at_least)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def shut(url: str, *, out: bool) -> None:
    """Lets nobody into the database, and ends who is in; or opens it again."""
    name = urlsplit(url).path.removeprefix("/")
    administrator = os.environ["DATABASE_URL"]
    query(administrator, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {not out}")
    if out:
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        query(administrator, ended)


def test_it_works_until_it_is_told_to_stop(queues, queue, url):
    with consumer(queues, queue, url) as process:
        for number in range(25):
            queue.send(body(business_id="works", request_id=str(number)))
        wait_until(lambda: waiting(queue) == 0)
        assert counted(url, "works") == [(25, 25)]
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=SECONDS)
    assert "trying again" not in printed
    assert "25 messages stored, 0 left as they were" in printed
    assert process.returncode == 0


def test_killed_between_commit_and_deletion_it_counts_once(queues, queue, url):
    queue.send(body(business_id="killed", request_id="a"))
    with consumer(queues, queue, url, "-c", KILLED_WHEN_STORED) as process:
        assert process.wait(SECONDS) == -signal.SIGKILL
    assert (counted(url, "killed"), waiting(queue)) == ([(1, 1)], 1)
    with consumer(queues, queue, url, "manage.py", "consume_queue", "--until-empty") as process:
        assert process.wait(SECONDS) == 0
    assert (counted(url, "killed"), waiting(queue)) == ([(1, 1)], 0)


def test_consumers_that_are_killed_again_and_again_lose_nothing(queues, credentials, url):
    queue = queues.make_bare("killed-consumers", VisibilityTimeout=1)
    for number in range(200):
        queue.send(body(business_id="again", request_id=str(number)))
    for _ in range(3):
        [(before, _)] = counted(url, "again")
        with consumer(queues, queue, url):
            wait_until(partial(is_stored, url, "again", before + 20))
    with consumer(queues, queue, url):
        wait_until(lambda: waiting(queue) == 0)
    assert counted(url, "again") == [(200, 200)]


def test_while_the_database_is_away_nothing_is_lost(queues, credentials, url):
    queue = queues.make(visibility_seconds=30)
    with consumer(queues, queue, url) as process:
        shut(url, out=True)
        for number in range(25):
            queue.send(body(business_id="away", request_id=str(number)))
        assert process.stdout
        assert any("Database unavailable" in line for line in process.stdout)
        assert waiting(queue) == 25
        shut(url, out=False)
        wait_until(lambda: waiting(queue) == 0)
        assert counted(url, "away") == [(25, 25)]
    assert waiting(queue.dead_letters()) == 0
