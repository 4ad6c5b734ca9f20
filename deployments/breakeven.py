"""Lambda's cost against a container's as traffic grows: curve, crossing, free-tier use."""

from dataclasses import dataclass, replace
from math import log10

from deployments.costs import (
    ContainerPlan,
    LambdaPlan,
    Traffic,
    container_cost,
    gb_seconds,
    invocations,
    lambda_cost,
    total_usd,
)
from deployments.prices import Prices

MOST_PER_DAY = 1e9


@dataclass(frozen=True)
class Point:
    requests_per_day: float
    lambda_usd: float
    container_usd: float


@dataclass(frozen=True)
class Use:
    """Of a monthly allowance; `share` past 1 is paid for."""

    used: float
    free: float

    @property
    def share(self) -> float:
        return self.used / self.free if self.free else float("inf")


def curve(
    traffic: Traffic,
    function: LambdaPlan,
    machines: ContainerPlan,
    prices: Prices,
    *,
    lowest: float = 100,
    highest: float = 10_000_000,
    points: int = 101,
) -> list[Point]:
    """Monthly costs at traffic that grows by the same factor from point to point."""
    fixed = total_usd(container_cost(machines, prices))
    decades = log10(highest / lowest)
    days = [lowest * 10 ** (decades * place / (points - 1)) for place in range(points)]
    return [Point(day, _lambda_usd(day, traffic, function, prices), fixed) for day in days]


def break_even(
    traffic: Traffic, function: LambdaPlan, machines: ContainerPlan, prices: Prices
) -> float | None:
    """Requests a day from which the container is the cheaper one.

    0 if it always is; None if not even a thousand million a day make Lambda the dearer one.
    """
    fixed = total_usd(container_cost(machines, prices))
    if _lambda_usd(0, traffic, function, prices) >= fixed:
        return 0.0
    if _lambda_usd(MOST_PER_DAY, traffic, function, prices) < fixed:
        return None
    low, high = 0.0, MOST_PER_DAY
    while high - low > max(1e-9 * high, 1e-6):
        middle = (low + high) / 2
        cheaper = _lambda_usd(middle, traffic, function, prices) < fixed
        low, high = (middle, high) if cheaper else (low, middle)
    return high


def free_tier_use(traffic: Traffic, function: LambdaPlan, prices: Prices) -> dict[str, Use]:
    """Of a month at this traffic."""
    return {
        "requests": Use(invocations(traffic, function), prices["lambda_free_requests"]),
        "gb_s": Use(gb_seconds(traffic, function), prices["lambda_free_gb_s"]),
    }


def _lambda_usd(
    requests_per_day: float, traffic: Traffic, function: LambdaPlan, prices: Prices
) -> float:
    at = replace(traffic, requests_per_day=requests_per_day)
    return total_usd(lambda_cost(at, function, prices))
