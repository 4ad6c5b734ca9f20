"""What the doctor finds wrong with a queue."""

import json

import pytest

from mlops import stages
from tests.tracking.queue.queues import AWAY, RECEIPTS_AT_MOST
from tracking.doctor import queue as look
from tracking.doctor.finding import ERROR, WARNING
from tracking.queue.sqs import LOOK_SECONDS


def levels(found) -> list[str]:
    return [finding.level for finding in found()]


LOOKS = (look.reachable, look.dead_letters, look.consumed, stages.queue_visibility)


def test_without_a_queue_there_is_nothing_to_find(settings):
    settings.INGEST_QUEUE_URL = ""
    assert [levels(found) for found in LOOKS] == [[]] * len(LOOKS)


def test_a_queue_that_does_not_answer_is_an_error(credentials, settings):
    settings.INGEST_QUEUE_URL = AWAY
    assert [levels(found) for found in LOOKS] == [[ERROR], [], [], []]


def test_a_queue_without_dead_letter_queue_is_warned_of(queue, queues, settings):
    assert levels(look.dead_letters) == []
    settings.INGEST_QUEUE_URL = queues.make_bare(f"{queue.name}-bare").url
    [finding] = look.dead_letters()
    assert finding.level == WARNING
    assert finding.text.startswith("No dead-letter queue")


def test_dead_letters_are_counted(queue):
    queue.send("poison")
    for _ in range(RECEIPTS_AT_MOST + 1):
        queue.receive(LOOK_SECONDS)
    [finding] = look.dead_letters()
    assert finding.text.startswith("1 messages are dead letters")


def test_a_queue_that_nobody_empties_is_warned_of(queues, credentials, settings):
    queue = queues.make(visibility_seconds=60)
    settings.INGEST_QUEUE_URL = queue.url
    queue.send("waits")
    assert levels(look.consumed) == [WARNING]
    queue.receive()
    queue.send("comes while another is stored")
    assert levels(look.consumed) == []


@pytest.mark.parametrize(
    ("seconds", "expected"), [(20, [ERROR]), (30, [WARNING]), (179, [WARNING]), (180, [])]
)
def test_messages_that_come_again_too_early_are_found(
    queues, credentials, settings, tmp_path, seconds, expected
):
    settings.BASE_DIR = tmp_path
    stage = {"production": {"timeout_seconds": 30}}
    (tmp_path / "zappa_settings.json").write_text(json.dumps(stage))
    settings.INGEST_QUEUE_URL = queues.make(visibility_seconds=seconds).url
    assert levels(stages.queue_visibility) == expected
