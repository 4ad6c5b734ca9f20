"""Races between real connections on PostgreSQL: nothing lost, nothing twice, no deadlock."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client

from tests import database
from tests.build import payload
from tests.tracking.api.posting import post
from tracking.models import AIRequest, LabelSet, Total
from tracking.store import append
from tracking.store.periods import Period

pytestmark = [
    pytest.mark.skipif(
        not database.POSTGRESQL, reason="SQLite has one writer at a time: TEST_DATABASE=postgresql"
    ),
    pytest.mark.django_db(transaction=True),
]

ROUNDS = 4
RACERS = 6


def at_the_same_moment(*calls: Callable[[], Any]) -> list[Any]:
    """What each call answers; each runs in a thread with a connection of its own."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result(30) for future in [threads.submit(run, call) for call in calls]]


def send(body: dict[str, Any]) -> bool:
    answer = post(Client(), body)
    assert answer.status_code == 200, answer.content
    return bool(answer.json()["duplicate"])


def send_batch(records: list[dict[str, Any]]) -> list[bool]:
    answer = post(Client(), {"records": records}, "/track/batch")
    assert answer.status_code == 200, answer.content
    return [result["duplicate"] for result in answer.json()["results"]]


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def requests_by_period() -> dict[int, int]:
    sums = Total.objects.values("period").annotate(total=Sum("requests"))
    return {row["period"]: row["total"] for row in sums}


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_copies_at_the_same_moment_are_stored_once(round_):
    copy = partial(send, payload(request_id=f"r{round_}"))
    answers = at_the_same_moment(*[copy] * RACERS)
    assert sorted(answers) == [False] + [True] * (RACERS - 1)
    assert AIRequest.objects.count() == 1
    assert requests_by_period() == dict.fromkeys(Period, 1)


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("label_sets", ["new", "known"])
def test_batches_in_opposite_order_and_single_posts_end_without_deadlock(label_sets, round_):
    records = [payload(request_id=f"r{n}", model_name=f"model-{n % 40}") for n in range(400)]
    if label_sets == "known":
        send_batch(records[:40])
    backwards = records[::-1]
    before = deadlocks()
    at_the_same_moment(
        partial(send_batch, records),
        partial(send_batch, backwards),
        partial(send_batch, records[200:] + records[:200]),
        lambda: [send(record) for record in records[180:200]],
        lambda: [send(record) for record in backwards[180:200]],
    )
    assert deadlocks() == before
    assert requests_by_period() == dict.fromkeys(Period, 400)
    assert AIRequest.objects.count() == 400


def test_batches_of_different_records_add_up_in_the_same_rollups():
    """The label sets are new to each batch, and come in opposite order."""

    def batch(sender: int) -> list[dict[str, Any]]:
        order = range(30) if sender % 2 else reversed(range(30))
        return [payload(request_id=f"{sender}-{n}", model_name=f"model-{n}") for n in order]

    before = deadlocks()
    at_the_same_moment(*[partial(send_batch, batch(sender)) for sender in range(RACERS)])
    assert deadlocks() == before
    all_time = Total.objects.all_time().values("label_set").annotate(total=Sum("requests"))
    assert [row["total"] for row in all_time] == [RACERS] * 30


def test_racers_pass_the_cap_on_label_sets_by_no_more_than_their_number(settings):
    settings.MAX_LABEL_SETS = cap = 20

    def flood(racer: int) -> None:
        for number in range(30):
            send(payload(business_id=f"{racer}-{number}"))

    at_the_same_moment(*[partial(flood, racer) for racer in range(RACERS)])
    assert LabelSet.objects.count() <= cap + RACERS
    assert requests_by_period()[Period.ALL] == RACERS * 30


def test_label_sets_known_to_a_wiped_database_are_forgotten():
    send(payload(request_id="before"))
    assert append.known_sets.ids
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE tracking_airequest, tracking_pending, tracking_rollup, tracking_labelset"
        )
    assert not send(payload(request_id="after"))
    assert requests_by_period() == dict.fromkeys(Period, 1)
