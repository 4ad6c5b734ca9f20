"""The cost model reproduces the figures that users were given, and AWS's own arithmetic."""

from dataclasses import replace

import pytest

from deployments.breakeven import break_even, curve, free_tier_use
from deployments.costs import (
    ContainerPlan,
    DatabasePlan,
    LambdaPlan,
    Traffic,
    container_cost,
    database_cost,
    gb_seconds,
    lambda_cost,
    total_usd,
)
from deployments.prices import INSTANCE_TYPES, TABLE, prices

PRICES = prices()
SMALL = Traffic(requests_per_day=1_000)
LARGE = Traffic(requests_per_day=1_000_000)
FUNCTION = LambdaPlan()
MACHINE = ContainerPlan()


def usd(name, lines):
    return next(line.usd for line in lines if line.name == name)


def month(traffic, **plan):
    return total_usd(lambda_cost(traffic, replace(FUNCTION, **plan), PRICES))


def test_a_thousand_a_day_are_3000_gb_seconds_for_five_cents():
    lines = lambda_cost(SMALL, FUNCTION, PRICES)
    assert gb_seconds(SMALL, FUNCTION) == pytest.approx(3_000)
    assert usd("Lambda compute", lines) == pytest.approx(0.05, abs=0.0001)
    assert usd("Lambda requests", lines) == pytest.approx(0.006)


@pytest.mark.parametrize(
    ("requests_per_day", "gateway", "expected"),
    [
        (1_000, "none", 0.056),
        (100_000, "none", 5.60),
        (1_000_000, "none", 56.00),
        (1_000_000, "http_api", 86.00),
        (1_000_000, "rest_api", 161.00),
    ],
)
def test_known_months_on_lambda(requests_per_day, gateway, expected):
    assert month(Traffic(requests_per_day), gateway=gateway) == pytest.approx(expected, rel=1e-4)


def test_t2_micro_costs_eight_dollars_and_47_cents():
    assert total_usd(container_cost(MACHINE, PRICES)) == pytest.approx(8.47, abs=0.005)


def test_the_ranges_that_users_were_given():
    with_disk = ContainerPlan(disk_gb=8)
    assert 8 <= total_usd(container_cost(with_disk, PRICES)) <= 10
    assert round(month(SMALL), 2) == 0.06
    assert 5 <= month(Traffic(100_000)) <= 8
    assert 150 <= month(LARGE, gateway="rest_api") <= 200


def test_750_free_hours_pay_for_one_small_machine():
    assert total_usd(container_cost(ContainerPlan(free_hours=True), PRICES)) == 0
    two = ContainerPlan(free_hours=True, instances=2)
    assert total_usd(container_cost(two, PRICES)) == pytest.approx(710 * 0.0116)


def test_an_address_costs_3_dollars_65():
    lines = container_cost(ContainerPlan(public_ipv4=True), PRICES)
    assert usd("Public IPv4", lines) == pytest.approx(3.65)


def test_the_free_tier_pays_for_small_traffic():
    assert month(SMALL, free_tier=True) == 0
    rest = (30e6 - 1e6) * 0.2e-6 + (3e6 - 400_000) * 0.0000166667
    assert month(LARGE, free_tier=True) == pytest.approx(rest)


def test_arm_is_a_fifth_cheaper_to_run():
    compute = usd("Lambda compute", lambda_cost(LARGE, LambdaPlan(architecture="arm64"), PRICES))
    assert compute == pytest.approx(40.00, abs=0.01)


def test_a_cold_start_adds_its_init_to_the_bill():
    cold = replace(FUNCTION, cold_share=0.04, init_ms=1_000)
    assert gb_seconds(SMALL, cold) == pytest.approx(3_000 + 30_000 * 0.04 * 0.5)


def test_keep_warm_every_5_minutes_costs_a_fraction_of_a_cent():
    extra = month(SMALL, keep_warm_per_day=288) - month(SMALL)
    assert extra == pytest.approx(8_640 * (0.2e-6 + 0.002 * 0.5 * 0.0000166667))


def test_one_provisioned_environment_costs_all_month():
    lines = lambda_cost(SMALL, replace(FUNCTION, provisioned_environments=1), PRICES)
    ready = 0.5 * 730 * 3_600 * 0.0000041667
    assert usd("Provisioned concurrency", lines) == pytest.approx(ready)
    assert usd("Lambda compute", lines) == pytest.approx(3_000 * 0.0000097222)


def test_the_free_tier_leaves_provisioned_concurrency_out():
    provisioned = {"provisioned_environments": 1}
    assert month(SMALL, free_tier=True, **provisioned) == month(SMALL, **provisioned)


def test_logs_are_paid_by_volume():
    lines = lambda_cost(LARGE, replace(FUNCTION, log_bytes_per_request=1_000), PRICES)
    assert usd("Logs", lines) == pytest.approx(30 * 0.5)


def test_a_database_that_never_sleeps_costs_19_dollars():
    lines = database_cost(DatabasePlan(awake_hours=730, stored_gb=1), PRICES)
    assert usd("Database awake", lines) == pytest.approx(730 * 0.25 * 0.106)
    assert usd("Database storage", lines) == 0.35


def test_break_even_is_where_both_cost_the_same():
    crossing = break_even(SMALL, FUNCTION, MACHINE, PRICES)
    assert crossing == pytest.approx(8.468 / 56.00 * 1e6, rel=1e-4)
    assert crossing and month(Traffic(crossing)) == pytest.approx(8.468)


def test_break_even_at_the_edges():
    provisioned = replace(FUNCTION, provisioned_environments=5)
    assert break_even(SMALL, provisioned, MACHINE, PRICES) == 0
    free = prices(dict.fromkeys(("lambda_requests", "lambda_gb_s_x86_64"), 0))
    assert break_even(SMALL, FUNCTION, MACHINE, free) is None


def test_the_curve_crosses_at_break_even():
    points = curve(SMALL, FUNCTION, MACHINE, PRICES)
    crossing = break_even(SMALL, FUNCTION, MACHINE, PRICES)
    dearer = [point.requests_per_day for point in points if point.lambda_usd > point.container_usd]
    assert points[0].requests_per_day == 100
    assert points[-1].requests_per_day == pytest.approx(1e7)
    assert crossing and crossing <= dearer[0] < crossing * 1.13


def test_free_tier_use_of_a_month():
    use = free_tier_use(Traffic(100_000), FUNCTION, PRICES)
    assert use["requests"].share == 3.0
    assert use["gb_s"].share == 0.75


def test_a_deployment_may_pay_other_prices():
    assert prices({"lambda_requests": 0.28})["lambda_requests"] == 0.28


@pytest.mark.parametrize("override", [{"lambda": 1}, {"log_gb": "1"}, {"log_gb": -1}])
def test_wrong_prices_are_refused_by_name(override):
    with pytest.raises(ValueError, match=next(iter(override))):
        prices(override)


def test_every_price_has_a_date_and_a_source():
    assert all(price.source.startswith("https://") and price.as_of.year >= 2025 for price in TABLE)
    assert len({price.name for price in TABLE}) == len(TABLE)
    assert "t2.micro" in INSTANCE_TYPES
