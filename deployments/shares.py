"""Shares of a number of calls, such as cold starts, with their 95 % intervals. Pure functions."""

from dataclasses import dataclass
from math import hypot, sqrt

from deployments.statistics import Interval

Z = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True)
class Share:
    """`part` of `whole` calls; the interval is Wilson's (1927). Nothing is known of 0 calls."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval:
        if not self.whole:
            return Interval(0.0, 1.0)
        share, spread = self.part / self.whole, Z * Z / self.whole
        middle = (share + spread / 2) / (1 + spread)
        half = Z * sqrt((share * (1 - share) + spread / 4) / self.whole) / (1 + spread)
        return Interval(max(0.0, middle - half), min(1.0, middle + half))


def fall(before: Share, after: Share) -> Interval:
    """How far the share fell: Newcombe's interval for a difference (1998, method 10)."""
    if not before.whole or not after.whole:
        return Interval(-1.0, 1.0)
    first, second = before.part / before.whole, after.part / after.whole
    one, two = before.interval, after.interval
    return Interval(
        first - second - hypot(first - one.low, two.high - second),
        first - second + hypot(one.high - first, second - two.low),
    )


@dataclass(frozen=True)
class KeepWarmEffect:
    """Cold starts without and with keep-warm, and what each avoided one costs a month."""

    without: Share
    with_it: Share
    requests_per_month: float
    usd_per_month: float

    @property
    def fall(self) -> Interval:
        return fall(self.without, self.with_it)

    @property
    def avoided_per_month(self) -> float:
        fell = (self.without.value or 0.0) - (self.with_it.value or 0.0)
        return max(0.0, fell) * self.requests_per_month

    @property
    def usd_per_avoided(self) -> float | None:
        """None where nothing shows that it avoids any: the interval of the fall reaches 0."""
        if self.fall.low <= 0 or not self.avoided_per_month:
            return None
        return self.usd_per_month / self.avoided_per_month
