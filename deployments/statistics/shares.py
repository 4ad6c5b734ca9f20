"""Shares of a number of calls, such as cold starts, with their 95 % intervals. Pure functions."""

from dataclasses import dataclass
from math import hypot, sqrt

from deployments.statistics.estimates import Interval

Z = 1.959964  # of the normal distribution, for 95 %
# From as many calls on, none of them cold shows that fewer than one in ten are: the upper end of
# the interval of 0 in n is Z² / (n + Z²).
CALLS_NEEDED = 35


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

    @property
    def too_few(self) -> bool:
        return self.whole < CALLS_NEEDED


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
