"""The cost model reproduces the figures that users were given, and AWS's own arithmetic."""

from dataclasses import replace

import pytest

from deployments.costs.bills import (
    awake_hours,
    break_even,
    compare,
    container_bill,
    container_cost,
    curve,
    database_cost,
    gb_seconds,
    lambda_bill,
    lambda_cost,
    span,
    total_usd,
)
from deployments.costs.prices import TABLE, instance_types, prices
from deployments.costs.scenario import (
    ContainerPlan,
    DatabasePlan,
    LambdaPlan,
    Scenario,
    Traffic,
)
from deployments.costs.sentences import limits

PRICES = prices()
SMALL = Traffic(requests_per_day=1_000)
LARGE = Traffic(requests_per_day=1_000_000)
# Nothing but the function and the machine.
FUNCTION = LambdaPlan(gateway="none", keep_warm_per_day=0, log_bytes_per_request=0)
MACHINE = ContainerPlan(disk_gb=0, public_ipv4=False)
BARE = Scenario(SMALL, FUNCTION, MACHINE, DatabasePlan("none"))
NEON = DatabasePlan(stored_gb=0)


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
    with_disk = replace(MACHINE, disk_gb=8)
    assert 8 <= total_usd(container_cost(with_disk, PRICES)) <= 10
    assert round(month(SMALL), 2) == 0.06
    assert 5 <= month(Traffic(100_000)) <= 8
    assert 150 <= month(LARGE, gateway="rest_api") <= 200


@pytest.mark.parametrize("instance_type", ["t2.micro", "t3.micro"])
def test_750_free_hours_pay_for_one_small_machine(instance_type):
    plan = ContainerPlan(instance_type, free_hours=True, disk_gb=30, public_ipv4=True)
    assert total_usd(container_cost(plan, PRICES)) == 0
    lines = container_cost(replace(plan, instances=2), PRICES)
    assert [line.quantity for line in lines] == [710, 30, 710]


def test_free_hours_are_of_micro_machines_only():
    lines = container_cost(ContainerPlan("t3.small", free_hours=True), PRICES)
    assert usd("EC2 hours", lines) == pytest.approx(730 * 0.0208)


def test_an_address_costs_3_dollars_65():
    lines = container_cost(replace(MACHINE, public_ipv4=True), PRICES)
    assert usd("Public IPv4", lines) == pytest.approx(3.65)


def test_the_free_tier_pays_for_small_traffic():
    assert month(SMALL, free_tier=True) == 0
    rest = (30e6 - 1e6) * 0.2e-6 + (3e6 - 400_000) * 0.0000166667
    assert month(LARGE, free_tier=True) == pytest.approx(rest)


def test_arm_is_a_fifth_cheaper_to_run():
    lines = lambda_cost(LARGE, replace(FUNCTION, architecture="arm64"), PRICES)
    assert usd("Lambda compute", lines) == pytest.approx(40.00, abs=0.01)


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


def test_arm_is_cheaper_to_keep_ready_and_to_run_there():
    plan = replace(FUNCTION, provisioned_environments=1, architecture="arm64")
    lines = lambda_cost(SMALL, plan, PRICES)
    ready = 0.5 * 730 * 3_600 * 0.0000033334
    assert usd("Provisioned concurrency", lines) == pytest.approx(ready)
    assert usd("Lambda compute", lines) == pytest.approx(3_000 * 0.0000077778)


def test_the_free_tier_leaves_provisioned_concurrency_out():
    provisioned = {"provisioned_environments": 1}
    assert month(SMALL, free_tier=True, **provisioned) == month(SMALL, **provisioned)


def test_logs_are_paid_by_volume():
    lines = lambda_cost(LARGE, replace(FUNCTION, log_bytes_per_request=1_000), PRICES)
    assert usd("Logs", lines) == pytest.approx(30 * 0.5)


def test_keep_warm_calls_are_logged_and_pass_no_gateway():
    plan = LambdaPlan(gateway="http_api", keep_warm_per_day=288, log_bytes_per_request=1_000_000)
    lines = lambda_cost(SMALL, plan, PRICES)
    assert usd("API Gateway", lines) == pytest.approx(30_000 * 1e-6)
    assert usd("Logs", lines) == pytest.approx((30_000 + 288 * 30) * 1e-3 * 0.5)


def test_cold_calls_may_take_longer_beside_their_init():
    cold = replace(FUNCTION, cold_share=0.5, init_ms=1_000, cold_duration_ms=600)
    assert gb_seconds(SMALL, cold) == pytest.approx(30_000 * (0.1 + 0.5 * 1.6) * 0.5)


def test_a_scrape_is_paid_like_a_request():
    scraped = replace(SMALL, scrapes_per_day=1_440)
    lines = lambda_cost(scraped, replace(FUNCTION, gateway="http_api"), PRICES)
    assert usd("API Gateway", lines) == pytest.approx((30_000 + 43_200) * 1e-6)


def test_a_database_that_never_sleeps_costs_19_dollars():
    lines = database_cost(SMALL, DatabasePlan(awake_hours=730, stored_gb=1), PRICES)
    assert usd("Database awake", lines) == pytest.approx(730 * 0.25 * 0.106)
    assert usd("Database storage", lines) == 0.35


@pytest.mark.parametrize(
    ("requests_per_day", "scrapes_per_day", "hours"),
    [(0, 0, 0), (288, 0, 730 * 0.632), (0, 144, 365), (0, 288, 730), (0, 1_440, 730)],
)
def test_the_database_is_awake_five_minutes_after_each_question(
    requests_per_day, scrapes_per_day, hours
):
    traffic = Traffic(requests_per_day, scrapes_per_day=scrapes_per_day)
    assert awake_hours(traffic, NEON) == pytest.approx(hours, rel=1e-3)


def test_keep_warm_calls_leave_the_database_asleep():
    warm = replace(BARE.at(0), function=LambdaPlan(keep_warm_per_day=288), database=NEON)
    assert usd("Database awake", lambda_bill(warm, PRICES)) == 0


def test_the_database_is_on_both_bills_unless_the_container_has_its_own():
    shared = replace(BARE, database=NEON)
    own = replace(BARE, database=replace(NEON, container_database="own"))
    assert total_usd(container_bill(own, PRICES)) == pytest.approx(8.468)
    assert break_even(shared, PRICES) == pytest.approx(break_even(BARE, PRICES))
    assert 0 < (break_even(own, PRICES) or 0) < (break_even(BARE, PRICES) or 0)


def test_neon_free_costs_nothing_and_says_when_it_is_too_small():
    free = replace(BARE, database=DatabasePlan("neon_free", stored_gb=0))
    assert total_usd(lambda_bill(free, PRICES)) == total_usd(lambda_bill(BARE, PRICES))
    assert "too small: 177 of 100 CU-hours" in limits(compare(free, PRICES))[0]
    assert "suffices" in limits(compare(free.at(10), PRICES))[0]


def test_break_even_is_where_both_cost_the_same():
    crossing = break_even(BARE, PRICES)
    assert crossing == pytest.approx(8.468 / 56.00 * 1e6, rel=1e-4)
    assert crossing and month(Traffic(crossing)) == pytest.approx(8.468)


def test_break_even_at_the_edges():
    provisioned = replace(BARE, function=replace(FUNCTION, provisioned_environments=5))
    assert break_even(provisioned, PRICES) == 0
    free = prices(dict.fromkeys(("lambda_requests", "lambda_gb_s_x86_64"), 0))
    assert break_even(BARE, free) is None


def test_the_curve_crosses_at_break_even():
    points = curve(BARE, PRICES)
    crossing = break_even(BARE, PRICES)
    dearer = [point.requests_per_day for point in points if point.lambda_usd > point.container_usd]
    assert points[0].requests_per_day == 100
    assert points[-1].requests_per_day == pytest.approx(1e7)
    assert crossing and crossing <= dearer[0] < crossing * 1.13


@pytest.mark.parametrize(
    ("marks", "decades"),
    [((1_000, None), (100, 1e7)), ((0, 3e8), (100, 1e9)), ((7, 150_000), (1, 1e7))],
)
def test_the_chart_reaches_to_what_it_marks(marks, decades):
    assert span(*marks) == pytest.approx(decades)


def test_a_deployment_may_pay_other_prices():
    assert prices({"lambda_requests": 0.28})["lambda_requests"] == 0.28


def test_a_deployment_may_run_on_a_type_of_its_own():
    own = prices({"ec2_hour_m5.large": 0.096})
    lines = container_cost(replace(MACHINE, instance_type="m5.large"), own)
    assert "m5.large" in instance_types(own) and usd("EC2 hours", lines) == pytest.approx(70.08)


@pytest.mark.parametrize("override", [{"lambda": 1}, {"log_gb": "1"}, {"log_gb": -1}])
def test_wrong_prices_are_refused_by_name(override):
    with pytest.raises(ValueError, match=next(iter(override))):
        prices(override)


def test_every_price_has_a_date_and_a_source():
    assert all(price.source.startswith("https://") and price.as_of.year >= 2025 for price in TABLE)
    assert len({price.name for price in TABLE}) == len(TABLE)
    assert "t2.micro" in instance_types(PRICES)


def test_a_price_has_a_name_that_people_read():
    words = [price.words for price in TABLE]
    assert words[:2] == ["Lambda requests", "Lambda GB-s x86-64"]
    assert not [word for word in words if "_" in word]
