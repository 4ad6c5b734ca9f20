"""A queue before the function: what was acknowledged is stored once, whatever is killed.

The mock of AWS has the queue; this test hands its messages to the function, as Lambda would.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from deploy.local_lambda.environment import FunctionError
from tests.aws import empty_account
from tests.build import payload
from tests.database import migrated_database
from tests.lambda_runtime.emulator.running import Running, running
from tests.lambda_runtime.events import queue_event
from tests.tracking.queue.queues import Queues, waiting
from tracking.queue.sqs import Queue

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
RECORDS = 200
KILL_EVERY = 20
RETRY_SECONDS = 30


@pytest.fixture
def queue(monkeypatch) -> Iterator[Queue]:
    with empty_account() as variables:
        for name, value in CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        yield Queues(variables).make_bare("ingest", VisibilityTimeout=0)


def send(service: Running, number: int) -> None:
    """Until it is acknowledged; now and then an environment is killed."""
    if number % KILL_EVERY == KILL_EVERY - 1:
        service.local_lambda.kill_one()
    deadline = time.monotonic() + RETRY_SECONDS
    while service.post("/track", json=payload(request_id=str(number))).status_code != 202:
        assert time.monotonic() < deadline, f"{number} was never acknowledged"
        time.sleep(0.1)


def take_a_batch(service: Running, queue: Queue, number: int) -> None:
    """The first invocation of every other batch is killed: its messages come again."""
    messages = queue.receive(1)
    with ThreadPoolExecutor(1) as thread:
        batch = queue_event(*(message.body for message in messages))
        invoked = thread.submit(service.local_lambda.invoke, batch)
        if number % 2:
            service.local_lambda.kill_one()
        try:
            assert invoked.result() == {"batchItemFailures": []}
        except FunctionError:
            return
    queue.delete(messages)


def test_what_was_queued_is_stored_once_whatever_is_killed(zip_path, queue):
    variables = {"INGEST_QUEUE_URL": queue.url, **CREDENTIALS}
    with (
        migrated_database() as url,
        running(zip_path, url, variables, environments=4) as service,
    ):
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(lambda number: send(service, number), range(RECORDS)))
        number = 0
        while waiting(queue):
            number += 1
            take_a_batch(service, queue, number)
        assert stored_and_counted(url) == (RECORDS, RECORDS)


def stored_and_counted(url: str) -> tuple[int, int]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM tracking_airequest),"
            " (SELECT sum(requests)::int FROM tracking_total WHERE period = 1)"
        )
        [counts] = cursor.fetchall()
        return counts
