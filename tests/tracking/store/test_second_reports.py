"""A call that two senders report counts once; the second fills in what the first lacked."""

from decimal import Decimal
from functools import partial
from importlib import import_module

import pytest
from django.db.models import Sum

from tests import database
from tests.build import record, store_records
from tests.metrics import counters, sums_of
from tests.tracking.store.test_races import at_the_same_moment, deadlocks, requests_by_period
from tracking.models import AIRequest, Pending, Total
from tracking.store import append
from tracking.store.periods import Period
from tracking.store.through_django import ThroughDjango
from tracking.upkeep.audit import mismatches, windows

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    not database.POSTGRESQL, reason="SQLite has one writer at a time: TEST_DATABASE=postgresql"
)
NOTHING = {"input_tokens": None, "output_tokens": None, "total_tokens": None, "cost_usd": None}


def report(**fields):
    return record(**({"response_id": "resp-1"} | fields))


def poor(**fields):
    return report(**(NOTHING | {"request_model": "unknown", "metadata": None} | fields))


def all_time():
    return sums_of(Total.objects.all_time())


def is_exact():
    return not [found for window in windows() for found in mismatches(window)]


def test_it_works():
    first = store_records([report()])
    second = store_records([report()])
    assert ([each.duplicate for each in first], [each.duplicate for each in second]) == (
        [False],
        [True],
    )
    assert requests_by_period() == dict.fromkeys(Period, 1)


@pytest.mark.parametrize("reports", [[report, poor], [poor, report]], ids=["rich first", "poor"])
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("folded", [True, False])
def test_in_either_order_the_totals_are_those_of_one(reports, together, folded):
    made = [make() for make in reports]
    for batch in [made] if together else [[each] for each in made]:
        store_records(batch)
        if folded:
            ThroughDjango().fold()
    sums = all_time()
    assert (sums["requests"], sums["priced"], sums["cost_usd"]) == (1, 1, Decimal("0.0042"))
    assert (sums["input_tokens"], sums["output_tokens"], sums["total_tokens"]) == (200, 100, 300)
    assert is_exact()


def test_what_is_known_stays():
    store_records([report(total_tokens=300, conversation_id=None)])
    store_records([report(total_tokens=301, conversation_id="c", request_model="gpt-5")])
    stored = AIRequest.objects.get()
    assert (stored.total_tokens, stored.conversation_id) == (300, "c")
    assert stored.request_model == "gpt-5-mini"


def test_what_was_not_said_is_filled_in():
    store_records([poor(intent="unknown", deployment="", appointment_booked=False)])
    store_records([report(intent="pricing", deployment="ec2", appointment_booked=True)])
    stored = AIRequest.objects.get()
    assert (stored.intent, stored.deployment, stored.request_model) == (
        "pricing",
        "ec2",
        "gpt-5-mini",
    )
    assert all_time()["appointments_booked"] == 1
    assert is_exact()


@pytest.mark.parametrize("columns", ["NULLABLE", "LABELS", "BOOLEANS"])
def test_both_databases_fill_in_the_same_columns(columns):
    """PostgreSQL's are in the migration that made its function."""
    migration = import_module("tracking.migrations.0007_second_reports")
    assert getattr(migration, columns) == getattr(append, columns)


def test_it_is_filled_in_once():
    store_records([poor()])
    for _ in range(2):
        store_records([report()])
    assert Pending.objects.count() == 2
    assert all_time()["total_tokens"] == 300


def test_nothing_to_fill_in_leaves_nothing_pending():
    store_records([report(), report(), report()])
    store_records([report()])
    assert Pending.objects.count() == 1


def test_a_third_report_fills_in_what_two_lacked():
    store_records([poor(), report(**NOTHING | {"total_tokens": 300}), report()])
    sums = all_time()
    assert (sums["requests"], sums["total_tokens"], sums["input_tokens"]) == (1, 300, 200)


def test_an_outcome_becomes_known_once():
    store_records([poor(outcome="unknown")])
    store_records([report(error_type="timeout", success_rate=0.0)])
    stored = AIRequest.objects.get()
    assert (stored.outcome, stored.error_type) == ("", "timeout")
    assert all_time()["failures"] == 1
    assert is_exact()


def test_calls_of_two_businesses_are_two():
    store_records([report(), report(business_id="other")])
    assert AIRequest.objects.count() == 2


def test_without_a_response_id_every_record_is_a_call():
    store_records([record(), record()])
    assert AIRequest.objects.count() == 2


def test_no_counter_ever_falls():
    store_records([poor(), record(response_id="resp-2", cost_usd=Decimal("0.1"))])
    before = counters()
    store_records([report(), poor(response_id="resp-2")])
    after = counters()
    assert all(after[series] >= value for series, value in before.items())


def fold_often():
    for _ in range(30):
        ThroughDjango().fold()


@on_postgresql
@pytest.mark.parametrize("round_", range(4))
def test_two_reporters_at_the_same_moment_are_one_call(round_):
    """In batches in opposite order, while others fold."""
    calls = [f"resp-{number}" for number in range(60)]
    before = deadlocks()
    at_the_same_moment(
        lambda: store_records([report(response_id=call) for call in calls]),
        lambda: store_records([poor(response_id=call) for call in reversed(calls)]),
        lambda: [store_records([poor(response_id=call)]) for call in reversed(calls)],
        lambda: [store_records([report(response_id=call)]) for call in calls],
        fold_often,
        fold_often,
    )
    assert deadlocks() == before
    assert requests_by_period() == dict.fromkeys(Period, 60)
    assert Total.objects.all_time().aggregate(sum=Sum("total_tokens")) == {"sum": 300 * 60}
    assert is_exact()


@on_postgresql
@pytest.mark.parametrize("round_", range(8))
def test_fillers_at_the_same_moment_fill_in_once(round_):
    store_records([poor()])
    at_the_same_moment(*[partial(store_records, [report()])] * 6)
    assert all_time()["total_tokens"] == 300
    assert is_exact()
