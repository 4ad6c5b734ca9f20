"""What a month costs on Lambda and on EC2, at the user's own traffic, and from when on which of
them is cheaper. Pure functions.

A month of traffic has 30 days and a month of hours 730, as AWS's own examples count them.
"""

from dataclasses import dataclass
from math import ceil, exp, floor, log10

from deployments.costs.prices import EC2_HOUR, Prices
from deployments.costs.scenario import (
    DAYS,
    Architecture,
    ContainerPlan,
    DatabasePlan,
    LambdaPlan,
    Scenario,
    Traffic,
)

HOURS = 730
SECONDS = HOURS * 3_600
MILLION = 1e6
MINUTES_A_DAY = 1_440
# Neon stops a compute that nobody has asked for so long.
IDLE_MINUTES = 5
FREE_TYPES = ("t2.micro", "t3.micro")
MOST_PER_DAY = 1e9
FURTHER = 1_000


@dataclass(frozen=True)
class LineItem:
    """One line of a bill; `quantity` is what is paid for, after what is free; `price` is the
    name of its price."""

    name: str
    quantity: float
    unit: str
    usd: float
    price: str


@dataclass(frozen=True)
class Point:
    requests_per_day: float
    lambda_usd: float
    container_usd: float


@dataclass(frozen=True)
class Comparison:
    """Both hosts' month, worked out once, for the sentences and the page.

    `break_even` is None if it lies nowhere; `further_usd` is what `FURTHER` more requests a day add
    to Lambda's own part; the `curve` encloses today's traffic and the break-even point.
    """

    scenario: Scenario
    prices: Prices
    lambda_bill: list[LineItem]
    container_bill: list[LineItem]
    break_even: float | None
    further_usd: float
    awake_hours: float
    curve: list[Point]

    @property
    def here(self) -> Point:
        return Point(
            self.scenario.traffic.requests_per_day,
            total_usd(self.lambda_bill),
            total_usd(self.container_bill),
        )


def compare(scenario: Scenario, prices: Prices) -> Comparison:
    traffic, crossing = scenario.traffic, break_even(scenario, prices)
    more = scenario.at(traffic.requests_per_day + FURTHER)
    lowest, highest = span(traffic.requests_per_day, crossing)
    own, further = (
        total_usd(lambda_cost(each.traffic, each.function, prices)) for each in (scenario, more)
    )
    return Comparison(
        scenario,
        prices,
        lambda_bill(scenario, prices),
        container_bill(scenario, prices),
        crossing,
        further - own,
        awake_hours(traffic, scenario.database),
        curve(scenario, prices, lowest=lowest, highest=highest),
    )


def total_usd(items: list[LineItem]) -> float:
    return sum(item.usd for item in items)


def break_even(scenario: Scenario, prices: Prices) -> float | None:
    """Requests a day from which the container is the cheaper one.

    0 if it always is; None if not even a thousand million a day make Lambda the dearer one.
    """
    if not _lambda_is_cheaper(scenario.at(0), prices):
        return 0.0
    if _lambda_is_cheaper(scenario.at(MOST_PER_DAY), prices):
        return None
    low, high = 0.0, MOST_PER_DAY
    while high - low > max(1e-9 * high, 1e-6):
        middle = (low + high) / 2
        cheaper = _lambda_is_cheaper(scenario.at(middle), prices)
        low, high = (middle, high) if cheaper else (low, middle)
    return high


def curve(
    scenario: Scenario,
    prices: Prices,
    *,
    lowest: float = 100,
    highest: float = 10_000_000,
    points: int = 101,
) -> list[Point]:
    """Monthly costs at traffic that grows by the same factor from point to point."""
    decades = log10(highest / lowest)
    days = [lowest * 10 ** (decades * place / (points - 1)) for place in range(points)]
    return [point(scenario.at(day), prices) for day in days]


def span(*marks: float | None) -> tuple[float, float]:
    """The whole decades that a chart shows so that the marks lie on it, 100 to 10 million at
    least."""
    shown = [mark for mark in marks if mark and mark >= 1]
    lowest = min([100.0, *(10 ** floor(log10(mark)) for mark in shown)])
    return lowest, max([1e7, *(10 ** ceil(log10(mark)) for mark in shown)])


def point(scenario: Scenario, prices: Prices) -> Point:
    """Both hosts' month at the scenario's traffic."""
    function = total_usd(lambda_bill(scenario, prices))
    machines = total_usd(container_bill(scenario, prices))
    return Point(scenario.traffic.requests_per_day, function, machines)


def lambda_bill(scenario: Scenario, prices: Prices) -> list[LineItem]:
    function = lambda_cost(scenario.traffic, scenario.function, prices)
    return function + database_cost(scenario.traffic, scenario.database, prices)


def container_bill(scenario: Scenario, prices: Prices) -> list[LineItem]:
    machines = container_cost(scenario.machines, prices)
    if scenario.database.container_database == "own":
        return machines
    return machines + database_cost(scenario.traffic, scenario.database, prices)


def lambda_cost(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> list[LineItem]:
    return [
        _compute(traffic, plan, prices),
        _requests(traffic, plan, prices),
        *_gateway(traffic, plan, prices),
        *_provisioned(plan, prices),
        _logs(traffic, plan, prices),
    ]


def invocations_usd(
    invocations: float, gb_s: float, architecture: Architecture, prices: Prices
) -> float:
    """Of calls past what is free, whoever made them."""
    compute = gb_s * prices[f"lambda_gb_s_{architecture}"]
    return compute + invocations * prices["lambda_requests"] / MILLION


def container_cost(plan: ContainerPlan, prices: Prices) -> list[LineItem]:
    hours = float(plan.instances * HOURS)
    gigabytes = plan.instances * plan.disk_gb
    addresses = hours if plan.public_ipv4 else 0.0
    if plan.free_hours:
        gigabytes = max(0.0, gigabytes - prices["ebs_free_gb"])
        addresses = max(0.0, addresses - prices["public_ipv4_free_hours"])
    if plan.free_hours and plan.instance_type in FREE_TYPES:
        hours = max(0.0, hours - prices["ec2_free_hours"])
    return [
        _item("EC2 hours", hours, "hours", prices, EC2_HOUR + plan.instance_type),
        _item("Disk", gigabytes, "GB-months", prices, "ebs_gb_month"),
        _item("Public IPv4", addresses, "hours", prices, "public_ipv4_hour"),
    ]


def database_cost(traffic: Traffic, plan: DatabasePlan, prices: Prices) -> list[LineItem]:
    """Of Neon's Launch plan; its Free plan stops at its limits instead of costing more."""
    if plan.database != "neon_launch":
        return []
    units = awake_hours(traffic, plan) * plan.compute_units
    return [
        _item("Database awake", units, "CU-hours", prices, "neon_cu_hour"),
        _item("Database storage", plan.stored_gb, "GB-months", prices, "neon_gb_month"),
    ]


def awake_hours(traffic: Traffic, plan: DatabasePlan) -> float:
    """Hours a month in which somebody asked within the last five minutes.

    Requests come at random, day and night (Poisson), scrapes at even distances.
    """
    if plan.awake_hours is not None:
        return plan.awake_hours
    no_request = exp(-traffic.requests_per_day * IDLE_MINUTES / MINUTES_A_DAY)
    no_scrape = max(0.0, 1 - traffic.scrapes_per_day * IDLE_MINUTES / MINUTES_A_DAY)
    return HOURS * (1 - no_request * no_scrape)


def gb_seconds(traffic: Traffic, plan: LambdaPlan) -> float:
    """Of requests, cold starts and keep-warm calls, before what is free."""
    warm_ms = traffic.duration_ms
    cold_ms = plan.init_ms + (warm_ms if plan.cold_duration_ms is None else plan.cold_duration_ms)
    request_ms = (1 - plan.cold_share) * warm_ms + plan.cold_share * cold_ms
    calls_ms = traffic.requests * request_ms + _keep_warm_calls(plan) * plan.keep_warm_ms
    return calls_ms / 1_000 * plan.memory_mb / 1_024


def invocations(traffic: Traffic, plan: LambdaPlan) -> float:
    return traffic.requests + _keep_warm_calls(plan)


def _lambda_is_cheaper(scenario: Scenario, prices: Prices) -> bool:
    """Their difference only grows with traffic, since the database's part is the same or
    Lambda's alone."""
    here = point(scenario, prices)
    return here.lambda_usd < here.container_usd


def _compute(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> LineItem:
    kind = "provisioned_duration_gb_s" if plan.provisioned_environments else "lambda_gb_s"
    free = prices["lambda_free_gb_s"] if _free(plan) else 0
    paid = max(0.0, gb_seconds(traffic, plan) - free)
    return _item("Lambda compute", paid, "GB-s", prices, f"{kind}_{plan.architecture}")


def _requests(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> LineItem:
    free = prices["lambda_free_requests"] if _free(plan) else 0
    paid = max(0.0, invocations(traffic, plan) - free)
    return _item("Lambda requests", paid, "requests", prices, "lambda_requests", per=MILLION)


def _free(plan: LambdaPlan) -> bool:
    """Lambda's free tier leaves functions with provisioned concurrency out."""
    return plan.free_tier and not plan.provisioned_environments


def _gateway(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> list[LineItem]:
    if plan.gateway == "none":
        return []
    price = f"{plan.gateway}_requests"
    return [_item("API Gateway", traffic.requests, "requests", prices, price, per=MILLION)]


def _provisioned(plan: LambdaPlan, prices: Prices) -> list[LineItem]:
    if not plan.provisioned_environments:
        return []
    ready = plan.provisioned_environments * plan.memory_mb / 1_024 * SECONDS
    price = f"provisioned_gb_s_{plan.architecture}"
    return [_item("Provisioned concurrency", ready, "GB-s", prices, price)]


def _logs(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> LineItem:
    written = invocations(traffic, plan) * plan.log_bytes_per_request / 1e9
    free = prices["log_free_gb"] if plan.free_tier else 0
    return _item("Logs", max(0.0, written - free), "GB", prices, "log_gb")


def _keep_warm_calls(plan: LambdaPlan) -> float:
    return plan.keep_warm_per_day * DAYS


def _item(
    name: str, quantity: float, unit: str, prices: Prices, price: str, per: float = 1.0
) -> LineItem:
    """`per`: of so many units the price speaks."""
    return LineItem(name, quantity, unit, quantity / per * prices[price], price)
