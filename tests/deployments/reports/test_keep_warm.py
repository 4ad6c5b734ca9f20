"""Hours with keep-warm against hours without, and what it costs, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments.costs.prices import prices
from deployments.models import LambdaReport
from deployments.reports.keep_warm import keep_warm
from deployments.statistics.reported import KEEP_WARM, REQUEST, UNKNOWN, Reported
from deployments.statistics.shares import Share
from tests.measurements import reported
from tracking.store.periods import HOUR

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def steps(hour, cold=0, calls=100, **others):
    at = NOON + hour * HOUR
    own = [Reported(1, at, name, count, 0, 0.5) for name, count in others.items()]
    return [Reported(1, at, REQUEST, calls, cold, 5.0), *own]


def effect_of(*hours):
    return keep_warm([step for hour in hours for step in hour], "x86_64", prices())


def test_hours_are_told_apart_by_who_called():
    found = effect_of(steps(0, cold=20), steps(1, cold=30), steps(2, cold=1, keep_warm=12))
    assert (found.without.count, found.without.requests) == (2, Share(50, 200))
    assert (found.with_it.count, found.with_it.requests) == (1, Share(1, 100))


def test_an_hour_in_which_the_log_names_no_caller_is_left_out():
    found = effect_of(steps(0, cold=20, unknown=3), steps(1, keep_warm=12, unknown=3))
    assert (found.left_out, found.without.count, found.with_it.count) == (1, 0, 1)
    assert found.effect.too_few and found.effect.usd_per_avoided is None


def test_minutes_of_an_hour_belong_together():
    early = [Reported(1, NOON + timedelta(minutes=5), KEEP_WARM, 1, 0, 0.1)]
    found = effect_of(steps(0), early)
    assert (found.with_it.count, found.without.count) == (1, 0)


def test_the_price_is_that_of_its_own_calls():
    found = effect_of(steps(0, cold=20), steps(1, cold=1, keep_warm=12))
    assert found.usd == pytest.approx(0.5 * 0.0000166667 + 12 * 0.2e-6)
    # An hour of them is a 720th of a month; 100 requests would have had 20 cold starts, not 1.
    assert found.effect.usd_per_month == pytest.approx(720 * found.usd)
    assert found.effect.avoided_per_month == pytest.approx(720 * 19)
    assert found.effect.usd_per_avoided == pytest.approx(found.usd / 19)


def test_the_price_has_the_interval_of_the_fall():
    effect = effect_of(steps(0, cold=20), steps(1, cold=1, keep_warm=12)).effect
    assert effect.usd_per_avoided_interval
    assert effect.usd_per_avoided in effect.usd_per_avoided_interval
    per_request = effect.usd_per_month / effect.requests_per_month
    assert effect.usd_per_avoided_interval.high == pytest.approx(per_request / effect.fall.low)


def test_few_requests_have_no_price_however_large_the_fall():
    effect = effect_of(steps(0, cold=34, calls=34), steps(1, keep_warm=12)).effect
    assert effect.fall.low > 0.5 and effect.usd_per_avoided is None


def test_nothing_reported_has_no_effect():
    assert effect_of().effect.usd_per_avoided is None


@pytest.mark.django_db
@pytest.mark.parametrize("length", [HOUR, timedelta(minutes=15)])
def test_the_database_adds_up_the_same(length):
    reported(3, NOON + timedelta(minutes=7, seconds=8), cold=0)
    reported(2, NOON + timedelta(minutes=7, seconds=50), KEEP_WARM, cold=2)
    reported(1, NOON, UNKNOWN, init_only=True)
    LambdaReport.objects.filter(invocation=UNKNOWN).update(reported_at=None)
    at = NOON if length == HOUR else NOON + timedelta(minutes=7)
    keep_warm_calls, requests = sorted(LambdaReport.objects.by_step(length))
    assert keep_warm_calls[1:5] == (at, KEEP_WARM, 2, 2)
    assert requests[1:5] == (at, REQUEST, 3, 0)
    # 540 ms at 1 GB each, of which 500 are the init's, and 40 ms.
    assert (keep_warm_calls.gb_s, requests.gb_s) == pytest.approx((2 * 0.54, 3 * 0.04))


@pytest.mark.django_db
def test_a_restored_snapshot_is_a_cold_start():
    reported(2, NOON, restore_duration_ms=300.0)
    [step] = LambdaReport.objects.by_step(HOUR)
    assert step.cold_starts == 2
