"""Lambda's cost against a container's as traffic grows: the curve and where it crosses."""

from dataclasses import dataclass
from math import ceil, floor, log10

from deployments.costs import container_bill, lambda_bill, total_usd
from deployments.plans import Plans
from deployments.prices import Prices

MOST_PER_DAY = 1e9


@dataclass(frozen=True)
class Point:
    requests_per_day: float
    lambda_usd: float
    container_usd: float


def point(plans: Plans, prices: Prices) -> Point:
    """Both hosts' month at the plans' traffic."""
    function = total_usd(lambda_bill(plans, prices))
    machines = total_usd(container_bill(plans, prices))
    return Point(plans.traffic.requests_per_day, function, machines)


def curve(
    plans: Plans,
    prices: Prices,
    *,
    lowest: float = 100,
    highest: float = 10_000_000,
    points: int = 101,
) -> list[Point]:
    """Monthly costs at traffic that grows by the same factor from point to point."""
    decades = log10(highest / lowest)
    days = [lowest * 10 ** (decades * place / (points - 1)) for place in range(points)]
    return [point(plans.at(day), prices) for day in days]


def span(*marks: float | None) -> tuple[float, float]:
    """The whole decades that a chart shows so that the marks lie on it, 100 to 10 million at
    least."""
    shown = [mark for mark in marks if mark and mark >= 1]
    lowest = min([100.0, *(10 ** floor(log10(mark)) for mark in shown)])
    return lowest, max([1e7, *(10 ** ceil(log10(mark)) for mark in shown)])


def break_even(plans: Plans, prices: Prices) -> float | None:
    """Requests a day from which the container is the cheaper one.

    0 if it always is; None if not even a thousand million a day make Lambda the dearer one.
    """
    if not _lambda_is_cheaper(plans.at(0), prices):
        return 0.0
    if _lambda_is_cheaper(plans.at(MOST_PER_DAY), prices):
        return None
    low, high = 0.0, MOST_PER_DAY
    while high - low > max(1e-9 * high, 1e-6):
        middle = (low + high) / 2
        cheaper = _lambda_is_cheaper(plans.at(middle), prices)
        low, high = (middle, high) if cheaper else (low, middle)
    return high


def _lambda_is_cheaper(plans: Plans, prices: Prices) -> bool:
    """Their difference only grows with traffic, since the database's part is the same or
    Lambda's alone."""
    found = point(plans, prices)
    return found.lambda_usd < found.container_usd
