"""Version 1.0.0 beside this one, as while an update is rolled out: both count exactly."""

from functools import partial

import pytest
from django.db.models import Sum

from tests import database
from tests.build import record, store_records
from tests.tracking.store.test_races import at_the_same_moment, deadlocks, requests_by_period
from tests.tracking.store.version_1_0_0 import (
    store_as_1_0_0,
    store_as_before_second_reports,
)
from tracking.models import Total
from tracking.store.periods import Period
from tracking.store.through_django import ThroughDjango
from tracking.upkeep.audit import mismatches, windows

pytestmark = [
    pytest.mark.skipif(
        not database.POSTGRESQL, reason="SQLite has no function: TEST_DATABASE=postgresql"
    ),
    pytest.mark.django_db(transaction=True),
]
RECORDS = 120


def one_by_one(store, sender):
    for number in range(RECORDS):
        duration_ms = 90.0 * 1.05 ** (number % 40)
        store([record(request_id=f"{sender}-{number}", duration_ms=duration_ms)])


def in_batches(store, sender):
    for start in range(0, RECORDS, 40):
        numbers = range(start, start + 40)
        store([record(request_id=f"{sender}-{n}", intent=f"intent {n % 7}") for n in numbers])


def fold_often():
    for _ in range(RECORDS):
        ThroughDjango().fold()


def test_both_count_while_others_fold():
    before = deadlocks()
    at_the_same_moment(
        partial(one_by_one, store_as_1_0_0, "old"),
        partial(one_by_one, store_records, "new"),
        partial(in_batches, store_as_1_0_0, "old batches"),
        partial(one_by_one, store_as_before_second_reports, "older"),
        partial(in_batches, store_records, "new batches"),
        fold_often,
        fold_often,
    )
    assert deadlocks() == before
    assert requests_by_period() == dict.fromkeys(Period, 5 * RECORDS)
    assert not [found for window in windows() for found in mismatches(window)]


STORES = [store_as_1_0_0, store_as_before_second_reports, store_records]


@pytest.mark.parametrize("first", STORES)
@pytest.mark.parametrize("second", STORES)
def test_a_record_sent_to_both_counts_once(first, second):
    first([record(request_id="same")])
    second([record(request_id="same")])
    ThroughDjango().fold()
    assert requests_by_period() == dict.fromkeys(Period, 1)


def test_a_record_of_1_0_0_is_in_the_totals_at_once():
    store_as_1_0_0([record(total_tokens=20)])
    assert Total.objects.all_time().aggregate(sum=Sum("total_tokens")) == {"sum": 20}
