"""`dead_letters`: what no consumer could store is shown, and put back."""

import pytest
from django.core.management import CommandError, call_command

from tests.tracking.queue.queues import RECEIPTS_AT_MOST, body, waiting
from tracking.models import AIRequest
from tracking.queue.sqs import LOOK_SECONDS


def dead_letters(capsys, **options) -> str:
    call_command("dead_letters", **options)
    return str(capsys.readouterr().out)


@pytest.fixture
def dead(queue):
    """The dead-letter queue, with a message of one record and one that is none of ours."""
    queue.send(body(business_id="clinic", request_id="a"))
    queue.send("poison")
    for _ in range(RECEIPTS_AT_MOST + 1):
        queue.receive(LOOK_SECONDS)
    dead = queue.dead_letters()
    assert (waiting(queue), waiting(dead)) == (0, 2)
    return dead


def test_it_works(dead, capsys):
    for _ in range(2):
        printed = dead_letters(capsys)
        assert "    clinic a\n" in printed
        assert "not a message of this service" in printed
        assert f"2 messages in {dead.name}" in printed


@pytest.mark.django_db
def test_a_replay_is_stored_and_poison_comes_back(dead, queue, capsys):
    assert f"2 messages put back into {queue.name}" in dead_letters(capsys, replay=True)
    assert (waiting(queue), waiting(dead)) == (2, 0)
    call_command("consume_queue", until_empty=True)
    assert AIRequest.objects.get().request_id == "a"
    assert (waiting(queue), waiting(dead)) == (0, 1)


def test_a_queue_without_dead_letters_says_so(queue, queues, settings):
    settings.INGEST_QUEUE_URL = queues.make_bare(f"{queue.name}-bare").url
    with pytest.raises(CommandError, match="no dead-letter queue"):
        call_command("dead_letters")


@pytest.mark.parametrize("command", ["dead_letters", "consume_queue"])
def test_without_a_queue_the_commands_name_the_variable(settings, command):
    settings.INGEST_QUEUE_URL = ""
    with pytest.raises(CommandError, match="INGEST_QUEUE_URL"):
        call_command(command)
