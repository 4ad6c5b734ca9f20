"""How far a figure of one group lies from the same figure of another, and how sure that is.

The difference itself has an interval, made of those of both figures by the method of variance
estimates recovery (Zou and Donner 2008), of which Newcombe's interval for shares is a case. What
is known of a figure but for chance, such as the bin of a percentile, is added to it in full. Pure
functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cbrt, fsum, hypot, inf, sqrt
from statistics import NormalDist
from typing import Protocol

from deployments.statistics.estimates import (
    TAIL,
    Interval,
    percentile,
    rank_limits,
    samples_needed,
)

CERTAIN_BELOW = 2 * TAIL
_HALVINGS = 16
# Of a mean, what only its rounding makes of equal values.
ROUNDED = 1e-9
# Past it Hall's transformation makes more of one value than it tells.
SKEW_MAX = 0.4


class Measured(Protocol):
    """A figure of a group. The group's own lies in `known`, the true one, but for chance, in
    `within`, whose sides each miss it with a probability of `tail`."""

    @property
    def known(self) -> Interval: ...
    def within(self, tail: float) -> Interval: ...

    @property
    def interval(self) -> Interval:
        """The one of 95 %."""
        return self.within(TAIL)


@dataclass(frozen=True)
class Difference:
    """`interval` is that of 95 %; `chance` is how often one so large comes where none is."""

    value: float
    interval: Interval
    chance: float

    @property
    def certain(self) -> bool:
        return self.chance <= CERTAIN_BELOW

    @property
    def at_most(self) -> float:
        """Whatever its sign; a larger one would have shown."""
        return max(-self.interval.low, self.interval.high)

    def __str__(self) -> str:
        return f"{self.value:.1f} [{self.interval.low:.1f} to {self.interval.high:.1f}]"


def percentile_difference(
    ours: Sequence[float], theirs: Sequence[float], quantile: float
) -> Difference | None:
    """Of samples in any order; None where there are too few of either."""
    if min(len(ours), len(theirs)) < samples_needed(quantile):
        return None
    return difference(Percentile(sorted(ours), quantile), Percentile(sorted(theirs), quantile))


def difference(ours: Measured, theirs: Measured) -> Difference:
    """How much higher ours is."""
    value = _middle(ours.known) - _middle(theirs.known)
    return Difference(value, _interval(ours, theirs, TAIL), _chance(ours, theirs))


def corrected(differences: Sequence[Difference | None]) -> list[Difference | None]:
    """Of several that are seen together one may well look large: Holm's correction (1979)."""
    chances = sorted(one.chance for one in differences if one)
    raised: dict[float, float] = {}
    highest = 0.0
    for place, chance in enumerate(chances):
        highest = max(highest, min(1.0, chance * (len(chances) - place)))
        raised.setdefault(chance, highest)
    return [one and replace(one, chance=raised[one.chance]) for one in differences]


def _interval(ours: Measured, theirs: Measured, tail: float) -> Interval:
    our, their = ours.known, theirs.known
    one, two = ours.within(tail), theirs.within(tail)
    return Interval(
        our.low - their.high - hypot(our.low - one.low, two.high - their.high),
        our.high - their.low + hypot(one.high - our.high, their.low - two.low),
    )


def _chance(ours: Measured, theirs: Measured) -> float:
    """Twice the tail of the narrowest interval that holds 0."""
    low, high = 0.0, 0.5
    for _ in range(_HALVINGS):
        tail = (low + high) / 2
        if 0 in _interval(ours, theirs, tail):
            low = tail
        else:
            high = tail
    return 2 * high


def _middle(interval: Interval) -> float:
    return (interval.low + interval.high) / 2


@dataclass(frozen=True)
class Percentile(Measured):
    """Of samples, which must be in order."""

    ordered: Sequence[float]
    quantile: float

    @property
    def known(self) -> Interval:
        value = percentile(self.ordered, self.quantile)
        return Interval(value, value)

    def within(self, tail: float) -> Interval:
        low, high = rank_limits(len(self.ordered), self.quantile, tail)
        return Interval(_at(self.ordered, low), _at(self.ordered, high))


@dataclass(frozen=True)
class Fixed(Measured):
    """What a figure is held against that is known."""

    value: float

    @property
    def known(self) -> Interval:
        return Interval(self.value, self.value)

    def within(self, tail: float) -> Interval:
        return self.known


@dataclass(frozen=True)
class Mean(Measured):
    """Of `count` values of that mean, variance and skewness.

    Student's t after Hall's transformation (1992), as a few large values make a mean uncertain on
    one side.
    """

    count: int
    mean: float
    variance: float
    skewness: float = 0.0

    @property
    def known(self) -> Interval:
        return Interval(self.mean, self.mean)

    def within(self, tail: float) -> Interval:
        points, error = student(tail, self.count - 1), sqrt(self.variance / self.count)
        return Interval(
            self.mean - error * self._untransformed(points),
            self.mean - error * self._untransformed(-points),
        )

    def _untransformed(self, points: float) -> float:
        skew = max(-SKEW_MAX, min(SKEW_MAX, self.skewness / sqrt(self.count)))
        return 3 / skew * (cbrt(1 + skew * (points - skew / 6)) - 1) if skew else points


def mean_difference(ours: Mean, theirs: Mean) -> Difference:
    """As alike in shape, since few values say little of it: taken from 40 costs alone, their mean
    would differ from that of thousands alike by chance in one of eleven cases."""
    skewness = (ours.skewness * ours.count + theirs.skewness * theirs.count) / (
        ours.count + theirs.count
    )
    return difference(replace(ours, skewness=skewness), replace(theirs, skewness=skewness))


def mean_of(values: Sequence[float], count: int, mean: float) -> Mean:
    """A known mean of so many values, some of which tell how all of them spread: two at least."""
    middle = fsum(values) / len(values)
    second, third = (fsum((value - middle) ** power for value in values) for power in (2, 3))
    spread = sqrt(second / len(values))
    skewness = third / len(values) / spread**3 if spread > abs(middle) * ROUNDED else 0.0
    return Mean(count, mean, second / (len(values) - 1), skewness)


def _at(ordered: Sequence[float], rank: float) -> float:
    """Between the neighbours of a rank, which counts from 1."""
    below = int(rank)
    if rank < 1:
        return -inf
    if rank > len(ordered):
        return inf
    low = ordered[below - 1]
    return low + (ordered[below] - low) * (rank - below) if rank > below else low


def student(tail: float, freedom: float) -> float:
    """Its upper point: Fisher and Cornish's expansion, to a thousandth from 6 degrees on."""
    z = -NormalDist().inv_cdf(tail)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
