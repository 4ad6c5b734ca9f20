"""Totals: each record counts in its hour, its day and for all time."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from tests.build import record, store_records
from tests.metrics import sums_of
from tracking.models import Total
from tracking.store.bins import BOUNDS_MS
from tracking.store.periods import Period

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 34, 56, 789, tzinfo=UTC)


def test_a_record_counts_in_every_period():
    store_records([record(received_at=NOON)])
    starts = {rollup.period: rollup.starts_at.isoformat() for rollup in Total.objects.all()}
    assert starts == {
        Period.ALL_BY_DURATION: "1970-01-01T00:00:00+00:00",
        Period.ALL: "1970-01-01T00:00:00+00:00",
        Period.DAY: "2026-03-01T00:00:00+00:00",
        Period.HOUR: "2026-03-01T12:00:00+00:00",
    }


def test_every_sum_is_added_up():
    booked = {"appointment_requested": True, "appointment_booked": True}
    more = {"error_type": "timeout", "success_rate": 0.25, "ignored_fields": 2}
    store_records([record(**booked), record(**more)])
    store_records([record(cost_usd=None, human_handoff_requested=True, input_tokens=None)])
    assert sums_of(Total.objects.all_time()) == {
        "requests": 3,
        "failures": 1,
        "folded": 0,
        "duration_ms": 3601.5,
        "success_rate": 2.25,
        "input_tokens": 400,
        "output_tokens": 300,
        "total_tokens": 900,
        "cost_usd": Decimal("0.0084"),
        "priced": 2,
        "appointments_requested": 1,
        "appointments_booked": 1,
        "human_handoffs": 1,
        "ignored_fields": 2,
    }


def test_costs_add_up_exactly():
    store_records([record(cost_usd=Decimal("0.1")), record(cost_usd=Decimal("0.2"))])
    assert sums_of(Total.objects.all_time())["cost_usd"] == Decimal("0.3")


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-03-01T00", "2026-03-04T00", 72),
        ("2026-03-01T05", "2026-03-03T07", 50),
        ("2026-03-01T05", "2026-03-01T07", 2),
        ("2026-03-01T23", "2026-03-02T01", 2),
        ("2026-03-02T00", "2026-03-02T00", 0),
    ],
)
def test_a_window_is_made_of_whole_days_and_the_hours_at_its_edges(since, until, expected):
    hours = [(day, hour) for day in range(1, 4) for hour in range(24)]
    store_records([record(received_at=NOON.replace(day=day, hour=hour)) for day, hour in hours])
    window = [datetime.fromisoformat(f"{moment}:00Z") for moment in (since, until)]
    assert sums_of(Total.objects.between(*window))["requests"] == expected


def test_durations_of_all_time_are_kept_by_model_and_bucket():
    store_records([record(intent=intent, duration_ms=1_200) for intent in ("pricing", "contact")])
    store_records([record(request_model="gpt-5", duration_ms=1_900)])
    rows = Total.objects.filter(period=Period.ALL_BY_DURATION)
    kept = rows.values_list("label_set__request_model", "duration_bin")
    assert sorted(kept.annotate(Sum("requests"))) == [
        ("gpt-5", BOUNDS_MS.index(2_000), 1),
        ("gpt-5-mini", BOUNDS_MS.index(1_500), 2),
    ]
