"""With a queue, a record is acknowledged once SQS has it, whatever the database does."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from tests.build import payload
from tests.metrics import sums_of
from tests.tracking.api.posting import post
from tests.tracking.api.test_shell import Caller, never
from tests.tracking.queue.queues import AWAY, waiting
from tracking.api.shell import ApiFirst
from tracking.models import AIRequest, Total
from tracking.queue import sqs
from tracking.queue.message import MESSAGE_MAX_BYTES
from tracking.queue.sqs import Queue


def consume() -> None:
    call_command("consume_queue", until_empty=True)


@pytest.mark.django_db
def test_it_works(client, queue):
    answer = post(client, payload())
    assert answer.status_code == 202
    body = answer.json()
    assert body["timestamp"]
    assert len(body.pop("request_id")) == 36
    assert (body["queued"], body["database_stored"], body["duplicate"]) == (True, False, None)
    assert (AIRequest.objects.count(), waiting(queue)) == (0, 1)
    consume()
    assert (AIRequest.objects.count(), waiting(queue)) == (1, 0)


def test_the_database_is_not_asked(queue, monkeypatch):
    """It's away."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/away")
    monkeypatch.setenv("INGEST_QUEUE_URL", queue.url)
    answer = Caller(ApiFirst(never))("POST", "/track", json.dumps(payload()).encode())
    assert (answer["status"], waiting(queue)) == (202, 1)


@pytest.mark.django_db
def test_it_is_received_when_it_was_sent(client, queue):
    sent_at = datetime.now(UTC) - timedelta(hours=1)
    with time_machine.travel(sent_at, tick=False):
        post(client, payload())
    consume()
    assert AIRequest.objects.get().received_at == sent_at


@pytest.mark.django_db
def test_sent_and_delivered_again_it_counts_once(client, queue):
    for _ in range(3):
        assert post(client, payload(request_id="a")).json()["request_id"] == "a"
    assert waiting(queue) == 3
    consume()
    assert sums_of(Total.objects.all_time())["requests"] == 1


@pytest.mark.parametrize("body", [b"{}", b"{", json.dumps(payload(tokens_used=-1)).encode()])
def test_what_is_invalid_is_refused_and_not_queued(client, queue, body):
    assert post(client, body).status_code == 400
    assert waiting(queue) == 0


@pytest.mark.parametrize("path", ["/track", "/track/batch"])
def test_without_sqs_nothing_is_acknowledged(client, queue, settings, path):
    settings.INGEST_QUEUE_URL = AWAY
    answer = post(client, payload() if path == "/track" else {"records": [payload()]}, path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["error"] == "Queue unavailable"
    assert answer.json()["request_id"]


def test_a_queue_that_does_not_exist_is_an_answer(client, queue, settings, caplog):
    settings.INGEST_QUEUE_URL = f"{queue.url}-not"
    assert post(client, payload()).status_code == 503
    assert "QueueDoesNotExist" in caplog.text


def test_without_credentials_the_log_says_so(client, queue, settings, monkeypatch, caplog):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    sqs._found_by_botocore.cache_clear()
    assert post(client, payload()).status_code == 503
    sqs._found_by_botocore.cache_clear()
    assert "needs AWS credentials" in caplog.text


@pytest.mark.django_db
def test_a_batch_is_one_message(client, queue):
    records = [payload(request_id="a"), payload(tokens_used="x"), payload(request_id="b")]
    answer = post(client, {"records": records}, "/track/batch")
    assert answer.status_code == 207
    assert [answer.json()[name] for name in ("stored", "queued", "refused")] == [0, 2, 1]
    assert answer.json()["results"][1]["field"] == "tokens_used"
    assert answer.json()["results"][2] == {
        "index": 2,
        "request_id": "b",
        "queued": True,
        "duplicate": None,
    }
    assert waiting(queue) == 1
    consume()
    assert sorted(AIRequest.objects.values_list("request_id", flat=True)) == ["a", "b"]


@pytest.mark.django_db
def test_a_thousand_records_are_split(client, queue):
    text = "x" * 100
    records = [payload(session_id=text, conversation_id=text) for _ in range(1_000)]
    answer = post(client, {"records": records}, "/track/batch")
    assert (answer.status_code, answer.json()["queued"]) == (202, 1_000)
    messages = queue.receive(1)
    assert len(messages) == waiting(queue) == 3
    assert all(len(message.body.encode()) <= MESSAGE_MAX_BYTES for message in messages)
    consume()
    assert sums_of(Total.objects.all_time())["requests"] == 1_000


def test_a_batch_without_a_valid_record_is_an_error(client, queue):
    answer = post(client, {"records": [{}, {}]}, "/track/batch")
    assert (answer.status_code, answer.json()["refused"]) == (400, 2)
    assert waiting(queue) == 0


def test_a_batch_that_sqs_takes_in_part_says_which(client, queue, queues, monkeypatch):
    """The queue goes away after the first message."""
    send = Queue.send

    def once(self, body):
        send(self, body)
        queues.client.delete_queue(QueueUrl=self.url)

    monkeypatch.setattr(Queue, "send", once)
    records = [payload(session_id="x" * 200, conversation_id="y" * 200) for _ in range(500)]
    answer = post(client, {"records": records}, "/track/batch")
    queued = answer.json()["queued"]
    results = answer.json()["results"]
    assert answer.status_code == 207
    assert 0 < queued < 500 == len(results)
    assert all(result["queued"] for result in results[:queued])
    assert {result["error"] for result in results[queued:]} == {"Queue unavailable"}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\uffff\ufffe", "\x1f\x7f", "𐀀🎉", '"\\'])
def test_every_text_comes_through(client, queue, text):
    post(client, payload(session_id=text))
    [message] = queue.receive()
    # SQS refuses them.
    assert not {"\ufffe", "\uffff"} & set(message.body)
    consume()
    assert AIRequest.objects.get().session_id == text
