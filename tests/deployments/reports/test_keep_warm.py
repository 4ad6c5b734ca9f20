"""Hours with keep-warm against hours without, and what it costs, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments.costs.prices import prices
from deployments.reports.keep_warm import KeepWarmEffect, keep_warm, sentence
from deployments.statistics.reported import KEEP_WARM, REQUEST, Reported
from deployments.statistics.shares import Share
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


def test_it_has_a_price_for_each_avoided_cold_start():
    effect = KeepWarmEffect(Share(40, 400), Share(4, 400), 10_000, 0.18)
    assert effect.avoided_per_month == pytest.approx(900)
    assert effect.usd_per_avoided == pytest.approx(0.0002)


def test_what_may_do_nothing_has_no_price():
    assert KeepWarmEffect(Share(4, 100), Share(3, 100), 10_000, 0.18).usd_per_avoided is None


def test_what_it_avoids_is_said_with_its_price():
    effect = KeepWarmEffect(Share(40, 400), Share(4, 400), 10_000, 0.18)
    assert sentence("Lambda", effect) == (
        "Lambda: keep-warm avoids 5.8 to 12.5 cold starts in 100 requests, about 900 a month,"
        " at $200.00 for a million of them."
    )
    nothing = KeepWarmEffect(Share(4, 100), Share(3, 100), 10_000, 0.18)
    assert sentence("Lambda", nothing).startswith("Lambda: nothing shows")


def test_too_few_reports_are_said_to_be_few():
    effect = KeepWarmEffect(Share(12, 12), Share(0, 4_000), 10_000, 0.18)
    assert sentence("Lambda", effect) == (
        "Lambda: too few reports to say what keep-warm does: 12 requests without it and 4,000"
        " with it, 35 of each are needed."
    )
