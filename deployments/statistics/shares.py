"""Shares of a number of calls, such as cold starts, with their 95 % intervals. Pure functions."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from deployments.statistics.differences import Measured
from deployments.statistics.estimates import TAIL, Interval

# From as many calls on, none of them cold shows that fewer than one in ten are: the upper end of
# the interval of 0 in n is Z² / (n + Z²).
CALLS_NEEDED = 35


@dataclass(frozen=True)
class Share(Measured):
    """`part` of `whole` calls; the interval is Wilson's (1927). Nothing is known of 0 calls."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval:
        return self._wilson(TAIL, 0.0)

    @property
    def known(self) -> Interval:
        return Interval(*[self.part / self.whole] * 2) if self.whole else Interval(0.0, 1.0)

    def within(self, tail: float) -> Interval:
        """With Yates' correction: without it few failures of few calls differ from many calls' by
        chance up to one time in ten."""
        return self._wilson(tail, 0.5)

    def _wilson(self, tail: float, correction: float) -> Interval:
        z = -NormalDist().inv_cdf(tail)
        low, high = max(0.0, self.part - correction), min(self.whole, self.part + correction)
        return Interval(
            _wilson(low, self.whole, -z) if self.part else 0.0,
            _wilson(high, self.whole, z) if self.part < self.whole else 1.0,
        )

    @property
    def too_few(self) -> bool:
        return self.whole < CALLS_NEEDED


def _wilson(part: float, whole: int, z: float) -> float:
    """The share that the part lies `z` deviations below."""
    share, spread = part / whole, z * z / whole
    return (share + spread / 2 + z * sqrt((share * (1 - share) + spread / 4) / whole)) / (
        1 + spread
    )
