"""What is read from the database is what records add up to."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import readings
from alerts.models import Limit, limits_by_subject
from alerts.readings import readings_at
from alerts.rules.limits import DEFAULTS
from alerts.rules.told import ALL, Of, same_hours, summed
from alerts.rules.verdict import verdict_of
from tests.alerts.history import History
from tests.alerts.world import MINUTE, MORNING, world
from tests.build import record, store_records
from tracking.store.periods import HOUR, floor_hour

pytestmark = pytest.mark.django_db
NOW = MORNING


def stored(a_minute=6.0):
    """The last hour, and this hour of the week in two weeks before."""
    random = Random(4)
    spans = [(hour, hour + HOUR) for hour in same_hours(floor_hour(NOW))[:4]]
    spans.append((NOW - HOUR, NOW))
    records = [each for span in spans for each in world(random, *span, a_minute)]
    store_records(records)
    return records


def rounded(by_pair):
    return {
        pair: (
            counts.requests,
            counts.failures,
            counts.unpriced,
            round(counts.cost_usd, 9),
            counts.tokens,
            counts.asked,
            counts.booked,
            counts.handed_off,
            dict(counts.errors),
        )
        for pair, counts in by_pair.items()
    }


def test_it_is_what_the_records_add_up_to():
    expected = History(stored()).at(NOW)
    told = readings_at(NOW, {})
    assert told.since == expected.since
    assert told.minutes.keys() == expected.minutes.keys()
    for minute, by_pair in expected.minutes.items():
        assert rounded(told.minutes[minute]) == rounded(by_pair)
        for pair, counts in by_pair.items():
            assert told.minutes[minute][pair].bins == counts.bins
    assert told.past.keys() == expected.past.keys()
    for hour, by_pair in expected.past.items():
        sums = {pair: sums[:8] for pair, sums in rounded(by_pair).items()}
        assert {pair: one[:8] for pair, one in rounded(told.past[hour]).items()} == sums
    for pair, bins in expected.past_bins.items():
        assert {bin_: n for bin_, n in told.past_bins[pair].items() if n} == dict(bins)


def test_what_is_unpriced_is_looked_up_among_all():
    stored()
    records = [record(request_model="new", cost_usd=None, received_at=NOW - MINUTE)] * 1
    store_records(records)
    told = readings_at(NOW, {})
    assert told.known == {"new": (0, 0)}
    assert told.known_requests == sum(
        counts.requests for counts in summed(told.past.values()).values()
    )


def test_labels_narrow_it():
    stored()
    told = readings_at(NOW, {}, {"business_id": "vet"})
    for by_pair in (*told.minutes.values(), *told.past.values(), told.past_bins):
        assert {pair.business_id for pair in by_pair} == {"vet"}


def test_where_few_come_it_looks_further_back():
    store_records([record(received_at=NOW - timedelta(hours=3))])
    assert readings_at(NOW, {}).since == NOW - timedelta(hours=6)


def test_of_very_many_only_the_newest_are_read(monkeypatch):
    monkeypatch.setattr(readings, "NEWEST", 100)
    stored()
    told = readings_at(NOW, {})
    read = sum(counts.requests for counts in summed(told.minutes.values()).values())
    assert 80 <= read <= 100 and told.since > NOW - HOUR
    assert verdict_of(told, {}).findings == []


def test_in_its_first_week_the_day_before_is_its_past():
    at = NOW - timedelta(hours=20)
    store_records([record(received_at=at), record(received_at=NOW - MINUTE)])
    assert list(readings_at(NOW, {}).past) == [floor_hour(at)]


def test_pending_records_are_counted():
    store_records([record() for _ in range(3)])
    assert readings_at(NOW, {}).pending == 3


def test_the_day_is_read_only_where_it_has_a_limit():
    store_records([record(received_at=NOW - MINUTE, business_id="vet")])
    assert readings_at(NOW, limits_by_subject()).spent_today == {}
    Limit.objects.create(business_id="vet", cost_a_day_usd=0.001)
    told = readings_at(NOW, limits_by_subject())
    assert told.spent_today == {Of("vet", "gpt-5-mini"): 0.0042}


def test_it_asks_as_often_with_more_requests():
    counts = []
    for _ in range(2):
        store_records([record(received_at=NOW - n * MINUTE) for n in range(1, 200)] * 1)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            readings_at(NOW, {})
        counts.append(len(queries))
    assert counts[0] >= counts[1]


def test_a_limit_that_is_not_named_is_that_of_all():
    Limit.objects.create(failing=0.2, cost_a_day_usd=9.0)
    Limit.objects.create(business_id="vet", p95_ms=500)
    limits = limits_by_subject()
    assert limits[ALL] == DEFAULTS._replace(failing=0.2, cost_a_day_usd=9.0)
    assert limits[Of("vet")] == DEFAULTS._replace(failing=0.2, p95_ms=500)
