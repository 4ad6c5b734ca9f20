"""What becomes of messages: stored once, or not stored and said so."""

import pytest

from tests.build import record
from tests.database import POSTGRESQL
from tests.metrics import sums_of
from tests.tracking.queue.queues import message
from tracking.errors import Refusal
from tracking.models import AIRequest, Total
from tracking.queue.consumer import store
from tracking.queue.message import Message, bodies_of
from tracking.store.database import Direct
from tracking.store.through_django import ThroughDjango

AWAY = Direct("postgresql://postgres@127.0.0.1:1/away", 100)


def ids() -> list[str]:
    return sorted(AIRequest.objects.values_list("request_id", flat=True))


@pytest.mark.django_db
def test_it_works():
    assert store(ThroughDjango(), [message(request_id="a"), message(request_id="b")]) == []
    assert ids() == ["a", "b"]


@pytest.mark.django_db
def test_delivered_twice_it_counts_once():
    twice = message()
    for messages in ([twice], [twice, twice]):
        assert store(ThroughDjango(), messages) == []
    assert sums_of(Total.objects.all_time())["requests"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["", "no JSON", "{}", "[]", '{"records": []}', '{"records": [{}]}']
)
def test_what_is_no_message_of_ours_is_left(text):
    poison = Message("m1", text)
    assert store(ThroughDjango(), [message(request_id="a"), poison]) == [poison]
    assert ids() == ["a"]


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite takes it")
@pytest.mark.django_db(transaction=True)
def test_a_record_that_the_database_refuses_leaves_no_other_out():
    refused = record(request_id="poison", total_tokens=2**70)
    [(text, _)] = bodies_of([record(request_id="b"), refused, record(request_id="c")])
    poison = Message("m1", text)
    assert store(ThroughDjango(), [message(request_id="a"), poison]) == [poison]
    assert ids() == ["a", "b", "c"]


def test_a_database_that_is_away_takes_nothing():
    with pytest.raises(Refusal, match="Database unavailable"):
        store(AWAY, [message()])
