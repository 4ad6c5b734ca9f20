"""The function before and behind a queue: it queues a record, and stores what comes back."""

import json
from contextlib import closing
from uuid import uuid4

import psycopg2
import pytest

from tests.aws import empty_account
from tests.build import payload
from tests.lambda_runtime.environment import VARIABLES, Environment
from tests.lambda_runtime.events import http_api, queue_event
from tests.tracking.queue.queues import Queues, body

HEADERS = {"x-api-key": VARIABLES["MLOPS_API_KEY"]}


def track(**fields):
    record = json.dumps(payload(**fields)).encode()
    return http_api("/track", method="POST", headers=HEADERS, body=record)


def stored(url: str, request_id: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tracking_airequest WHERE request_id = %s", [request_id])
        return len(cursor.fetchall())


def loaded(environment: Environment) -> set[str]:
    return {name.partition(".")[0] for name in environment.modules}


@pytest.fixture(scope="module")
def queues():
    with empty_account() as variables:
        yield Queues(variables)


def test_it_works(task, tmp_path, queues, database_url, monkeypatch):
    """The database is away when the record comes; another environment stores it later."""
    for name, value in queues.variables.items():
        monkeypatch.setenv(name, value)
    queue, request_id = queues.make(), str(uuid4())
    with Environment(tmp_path, INGEST_QUEUE_URL=queue.url, **queues.variables) as environment:
        answer = environment.invoke(track(request_id=request_id))
        assert (answer["statusCode"], json.loads(answer["body"])["queued"]) == (202, True)
        assert not loaded(environment) & {"django", "boto3", "botocore", "zappa"}
    [message] = queue.receive(1)
    with Environment(tmp_path, DATABASE_URL=database_url) as environment:
        for _ in range(2):
            assert environment.invoke(queue_event(message.body)) == {"batchItemFailures": []}
    assert stored(database_url, request_id) == 1


def test_records_are_stored_without_django_zappa_and_the_queue(connected):
    connected.invoke(queue_event(body()))
    assert not loaded(connected) & {"django", "zappa", "boto3", "botocore"}
    assert "tracking.queue.sqs" not in connected.modules
    assert connected.log_lines[-1]["event"] == "queue"


def test_without_a_queue_nothing_of_it_is_loaded(connected):
    assert connected.invoke(track())["statusCode"] == 200
    assert "tracking.queue.sqs" not in connected.modules


def test_poison_is_named_and_the_rest_stored(connected, database_url):
    request_id = str(uuid4())
    answer = connected.invoke(queue_event("poison", body(request_id=request_id)))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert stored(database_url, request_id) == 1


def test_while_the_database_is_away_the_whole_batch_fails(cold):
    with pytest.raises(AssertionError, match="Database unavailable"):
        cold.invoke(queue_event(body()))
