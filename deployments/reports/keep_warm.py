"""What keep-warm avoids and what it costs, from what Lambda reported. Pure functions.

Hours in which keep-warm called are compared with hours in which nothing did. An hour in which the
log doesn't say who called, and keep-warm isn't named, may be either: it is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deployments.costs.bills import invocations_usd
from deployments.costs.prices import Prices
from deployments.costs.scenario import DAYS, Architecture
from deployments.statistics.reported import KEEP_WARM, UNKNOWN, Reported, requests
from deployments.statistics.shares import KeepWarmEffect, Share

HOURS_A_MONTH = 24 * DAYS


@dataclass(frozen=True)
class Hours:
    """So many hours with reports, and their requests by whether they were cold."""

    count: int
    requests: Share


@dataclass(frozen=True)
class KeepWarm:
    """`calls` are keep-warm's own, `usd` what they cost; `left_out` counts hours that tell not."""

    without: Hours
    with_it: Hours
    left_out: int
    calls: int
    usd: float

    @property
    def effect(self) -> KeepWarmEffect:
        """A month as the hours with keep-warm were: there it was paid for."""
        months = max(self.with_it.count, 1) / HOURS_A_MONTH
        served = self.with_it.requests.whole / months
        return KeepWarmEffect(
            self.without.requests, self.with_it.requests, served, self.usd / months
        )


def keep_warm(reported: Iterable[Reported], architecture: Architecture, prices: Prices) -> KeepWarm:
    """Of one deployment."""
    hours = _by_hour(reported)
    with_it = [steps for steps in hours if _called(steps, KEEP_WARM)]
    rest = [steps for steps in hours if not _called(steps, KEEP_WARM)]
    without = [steps for steps in rest if not _called(steps, UNKNOWN)]
    own = [step for steps in with_it for step in steps if step.invocation == KEEP_WARM]
    calls, gb_s = sum(step.calls for step in own), sum(step.gb_s for step in own)
    return KeepWarm(
        without=_hours(without),
        with_it=_hours(with_it),
        left_out=len(rest) - len(without),
        calls=calls,
        usd=invocations_usd(calls, gb_s, architecture, prices),
    )


def _by_hour(reported: Iterable[Reported]) -> list[list[Reported]]:
    hours: dict[object, list[Reported]] = defaultdict(list)
    for step in reported:
        hours[step.starts_at.replace(minute=0)].append(step)
    return list(hours.values())


def _called(steps: Sequence[Reported], invocation: str) -> bool:
    return any(step.invocation == invocation for step in steps)


def _hours(hours: Sequence[Sequence[Reported]]) -> Hours:
    return Hours(len(hours), requests(step for steps in hours for step in steps))
