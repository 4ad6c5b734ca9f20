"""What keep-warm avoids and what it costs, from what Lambda reported, in figures and in words.

Hours in which keep-warm called are compared with hours in which nothing did. An hour in which the
log doesn't say who called, and keep-warm isn't named, may be either: it is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deployments.costs.bills import invocations_usd
from deployments.costs.prices import Prices
from deployments.costs.scenario import DAYS, Architecture
from deployments.formats import about, count, usd
from deployments.statistics.differences import difference
from deployments.statistics.estimates import Interval
from deployments.statistics.reported import KEEP_WARM, UNKNOWN, Reported, requests
from deployments.statistics.sentences import percent_of
from deployments.statistics.shares import CALLS_NEEDED, Share

HOURS_A_MONTH = 24 * DAYS


@dataclass(frozen=True)
class Hours:
    """So many hours with reports, and their requests by whether they were cold."""

    count: int
    requests: Share


@dataclass(frozen=True)
class KeepWarmEffect:
    """Cold starts without and with keep-warm, and what each avoided one costs a month."""

    without: Share
    with_it: Share
    requests_per_month: float
    usd_per_month: float

    @property
    def fall(self) -> Interval:
        return difference(self.without, self.with_it).interval

    @property
    def avoided_per_month(self) -> float:
        fell = (self.without.value or 0.0) - (self.with_it.value or 0.0)
        return max(0.0, fell) * self.requests_per_month

    @property
    def too_few(self) -> bool:
        return self.without.too_few or self.with_it.too_few

    @property
    def usd_per_avoided(self) -> float | None:
        """None where nothing shows that it avoids any: the interval of the fall reaches 0."""
        if self.too_few or self.fall.low <= 0 or not self.avoided_per_month:
            return None
        return self.usd_per_month / self.avoided_per_month

    @property
    def usd_per_avoided_interval(self) -> Interval | None:
        """What the interval of the fall makes of the price; what is paid is known."""
        if self.usd_per_avoided is None:
            return None
        usd_per_request = self.usd_per_month / self.requests_per_month
        return Interval(usd_per_request / self.fall.high, usd_per_request / self.fall.low)


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


def sentence(name: str, effect: KeepWarmEffect) -> str:
    if effect.too_few:
        return (
            f"{name}: too few reports to say what keep-warm does:"
            f" {count(effect.without.whole)} requests without it and"
            f" {count(effect.with_it.whole)} with it, {CALLS_NEEDED} of each are needed."
        )
    if effect.usd_per_avoided is None:
        return (
            f"{name}: nothing shows that keep-warm avoids cold starts:"
            f" {percent_of(effect.without)} without and {percent_of(effect.with_it)} with it."
        )
    price = usd(1e6 * effect.usd_per_avoided)
    return f"{name}: {_avoided(effect)}, at {price} for a million of them."


def _avoided(effect: KeepWarmEffect) -> str:
    low, high = 100 * effect.fall.low, 100 * effect.fall.high
    return (
        f"keep-warm avoids {low:.1f} to {high:.1f} cold starts in 100 requests,"
        f" about {about(effect.avoided_per_month)} a month"
    )
