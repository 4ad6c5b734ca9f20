"""Buckets of a window, and percentiles and shares in them, against figures worked out by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from deployments.statistics.over_time import BUCKETS_MAX, grid, measured, reported_shares
from deployments.statistics.reported import Reported
from deployments.statistics.shares import Share

SUNDAY = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Call:
    sent_at: datetime
    duration_ms: float = 50.0
    cold_start: bool | None = None
    burst: bool = False
    new_connection: bool = False
    error_type: str = ""
    server_ms: float | None = None


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "5 minutes"), (6, "15 minutes"), (24, "hour"), (72, "3 hours"), (168, "6 hours")]
    + [(30 * 24, "day"), (100 * 24, "7 days"), (366 * 24, "14 days")],
)
def test_buckets_fit_the_window(hours, words):
    found = grid(SUNDAY, SUNDAY + hours * HOUR)
    assert found.words == words
    assert 8 <= found.count <= BUCKETS_MAX


def test_buckets_cover_the_window_and_stay_where_they_are_as_it_moves():
    earlier = grid(SUNDAY + 5 * HOUR, SUNDAY + 173 * HOUR)
    later = grid(SUNDAY + 7 * HOUR, SUNDAY + 175 * HOUR)
    assert earlier.first == SUNDAY and later.starts[:3] == earlier.starts[1:4]
    assert earlier.starts[-1] + earlier.length >= SUNDAY + 173 * HOUR > earlier.starts[-1]


def test_weeks_begin_on_monday():
    assert grid(SUNDAY, SUNDAY + 100 * 24 * HOUR).first == SUNDAY - 6 * 24 * HOUR


def test_percentiles_are_those_of_the_bucket():
    calls = [Call(SUNDAY + HOUR, n) for n in range(1, 101)] + [Call(SUNDAY + 2 * HOUR, 7)]
    found = measured(calls, False, grid(SUNDAY, SUNDAY + 24 * HOUR))
    assert (found[1].p50.value, found[1].p95.value) == pytest.approx((50.5, 95.05))
    assert found[2].p50.too_few and not found[1].p95.too_few
    assert found[0].p50.value is None


def test_unlike_calls_are_left_out_of_warm_ones():
    unlike = ({"cold_start": True}, {"burst": True}, {"error_type": "timeout"})
    calls = [Call(SUNDAY, 9_999, **fields) for fields in (*unlike, {"new_connection": True})]
    [bucket, *_] = measured([*calls, Call(SUNDAY, 5)], False, grid(SUNDAY, SUNDAY + HOUR))
    assert (bucket.p50.value, bucket.p50.samples) == (5, 1)


def test_calls_of_a_burst_tell_no_share():
    calls = [Call(SUNDAY, cold_start=True, burst=True), Call(SUNDAY, cold_start=True)]
    calls += [Call(SUNDAY, cold_start=False), Call(SUNDAY, cold_start=None)]
    [bucket, *_] = measured(calls, False, grid(SUNDAY, SUNDAY + HOUR))
    assert bucket.cold == Share(1, 2)


def test_only_requests_count_among_the_reports():
    reports = [
        Reported(1, SUNDAY, invocation, 10, cold, 0.1)
        for invocation, cold in (("request", 2), ("keep_warm", 5), ("unknown", 3))
    ]
    shares = reported_shares(reports, grid(SUNDAY, SUNDAY + HOUR))
    assert shares[0] == Share(2, 10) and shares[1] == Share(0, 0)
