"""How much of this month's free tier is used: by calendar months in UTC, as AWS bills."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from deployments.costs.free_tier import estimated, month_of, use_of
from deployments.costs.prices import prices
from deployments.costs.scenario import LambdaPlan, Scenario, Traffic

NOW = datetime(2026, 11, 16, tzinfo=UTC)
PRICES = prices()


def test_a_month_begins_in_utc():
    still_november_in_utc = datetime(2026, 12, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    month = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert month_of(still_november_in_utc) == month


def test_use_is_projected_to_the_end_of_the_month():
    used = {"invocations": 300_000, "gb_s": 100_000}
    requests, compute = use_of(used, timedelta(days=15), NOW, PRICES)
    assert (requests.share, compute.share) == (0.3, 0.25)
    assert requests.projected_share == pytest.approx(0.6)
    assert compute.projected_share == pytest.approx(0.5)


def test_reports_of_a_few_days_are_projected_at_their_own_rate():
    used = {"invocations": 100_000, "gb_s": 0}
    requests, _ = use_of(used, timedelta(days=3), NOW, PRICES)
    assert requests.projected == pytest.approx(1_000_000)


def test_less_than_a_day_is_too_early_to_project():
    used = {"invocations": 100, "gb_s": 1}
    assert use_of(used, timedelta(hours=23), NOW, PRICES)[0].projected_share is None


def test_without_an_allowance_nothing_used_is_no_share():
    nothing, none_free = {"invocations": 0, "gb_s": 0}, {"lambda_free_requests": 0}
    assert use_of(nothing, timedelta(days=2), NOW, prices(none_free))[0].share == 0


def test_an_estimate_counts_requests_and_keep_warm_calls():
    scenario = Scenario(Traffic(1), LambdaPlan(keep_warm_per_day=288, keep_warm_ms=0))
    used = estimated(15_000, scenario, NOW)
    assert used["invocations"] == pytest.approx(15_000 + 15 * 288)
    assert used["gb_s"] == pytest.approx(15_000 * 0.2 * 0.5)
