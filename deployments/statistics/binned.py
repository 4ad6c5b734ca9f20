"""What counts by duration bin say: of a percentile, and of which of two groups is slower. Pure
functions.

Inside its bin a percentile is placed as the neighbours' counts let expect; requests that they
don't explain, such as many that take exactly as long, may lie anywhere in the bin.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import exp, inf, log, sqrt

from deployments.statistics.differences import Mean, Measured, student
from deployments.statistics.estimates import Interval, rank_limits
from tracking.store.bins import OVERFLOW_BIN, edges_ms

# Deviations by which a bin may differ from its neighbours by chance, and how much of what lies
# beyond is unexplained: a bin of a few equal durations explains a part of its neighbour's.
NOISE, UNEXPLAINED = 2.0, 2.0


@dataclass(frozen=True)
class Bins:
    """Counts of durations by bin; there must be one."""

    counts: Mapping[int, int]

    @cached_property
    def used(self) -> list[int]:
        return sorted(bin_ for bin_, count in self.counts.items() if count)

    @cached_property
    def reached(self) -> list[int]:
        return list(accumulate(self.counts[bin_] for bin_ in self.used))

    @cached_property
    def shapes(self) -> dict[int, tuple[float, float]]:
        """Of bins that were asked for."""
        return {}

    @property
    def total(self) -> int:
        return self.reached[-1]

    def at(self, rank: float) -> Interval:
        """What the duration lies between that so many, not always whole, don't exceed."""
        if rank <= 0:
            return Interval(0.0, 0.0)
        if rank > self.total:
            return Interval(inf, inf)
        place = bisect_left(self.reached, rank)
        bin_ = self.used[place]
        if bin_ in (0, OVERFLOW_BIN):
            return Interval(*edges_ms(bin_))
        return self._inside(bin_, 1 - (self.reached[place] - rank) / self.counts[bin_])

    def _inside(self, bin_: int, share: float) -> Interval:
        if bin_ not in self.shapes:
            self.shapes[bin_] = self._shape(bin_)
        (low, high), (slope, unexplained) = edges_ms(bin_), self.shapes[bin_]
        first, last = max(0.0, share - unexplained), min(1.0, share + unexplained)
        width = log(high / low)
        return Interval(
            low * exp(width * _place(first, slope)), low * exp(width * _place(last, slope))
        )

    def _shape(self, bin_: int) -> tuple[float, float]:
        """By how much of itself the density grows within a bin, and which share of the bin it
        doesn't explain."""
        density, variance = self._density(bin_)
        before, variance_before = self._density(bin_ - 1)
        after, variance_after = self._density(bin_ + 1)
        noise = sqrt(variance + (variance_before + variance_after) / 4)
        beyond = max(0.0, abs(density - (before + after) / 2) - NOISE * noise)
        slope = (after - before) / 2 / density
        return min(2.0, max(-2.0, slope)), min(1.0, UNEXPLAINED * beyond / density)

    def _density(self, bin_: int) -> tuple[float, float]:
        """Requests for each e-fold of duration, and the variance of their number."""
        low, high = edges_ms(bin_)
        width = log(high / low) if low else inf
        count = self.counts.get(bin_, 0)
        return count / width, count / width**2


def _place(share: float, slope: float) -> float:
    """How far into a bin that share of it lies, of a density that grows by `slope` of its mean."""
    start = 1 - slope / 2
    end = sqrt(max(0.0, start * start + 2 * slope * share))
    return 2 * share / (start + end) if share else 0.0


@dataclass(frozen=True)
class BinnedPercentile(Measured):
    bins: Bins
    quantile: float

    @property
    def known(self) -> Interval:
        return self.bins.at(self.quantile * self.bins.total)

    def within(self, tail: float) -> Interval:
        low, high = rank_limits(self.bins.total, self.quantile, tail)
        # The samples of these ranks stand in the middle of what each stands for.
        return Interval(self.bins.at(low - 0.5).low, self.bins.at(high - 0.5).high)


@dataclass(frozen=True)
class SlowerShare(Measured):
    """How often, of a request of each group, ours is the slower; of two in one bin it's half.

    The interval is Brunner and Munzel's (2000): unlike Mann and Whitney's test it holds where one
    group spreads more, too.
    """

    ours: Mapping[int, int]
    theirs: Mapping[int, int]

    @cached_property
    def places(self) -> tuple[Mean, Mean]:
        """Of each group's requests among the other's."""
        return _places(self.ours, self.theirs), _places(self.theirs, self.ours)

    @property
    def value(self) -> float:
        return self.places[0].mean

    @property
    def known(self) -> Interval:
        return Interval(self.value, self.value)

    def within(self, tail: float) -> Interval:
        parts = [place.variance / place.count for place in self.places]
        fewest = min(place.count for place in self.places)
        # Where all of one group are slower, one more request might not be.
        variance = max(sum(parts), 1 / fewest**2)
        freedom = (
            sum(parts) ** 2
            / sum(
                part**2 / (place.count - 1) for part, place in zip(parts, self.places, strict=True)
            )
            if sum(parts)
            else fewest - 1
        )
        reach = student(tail, freedom) * sqrt(variance)
        return Interval(max(0.0, self.value - reach), min(1.0, self.value + reach))


def _places(of: Mapping[int, int], among: Mapping[int, int]) -> Mean:
    """How large a share of the other group is quicker than a request, by its bin."""
    below, total, placed = 0, sum(among.values()), []
    for bin_ in sorted(of.keys() | among.keys()):
        placed.append(((below + among.get(bin_, 0) / 2) / total, of.get(bin_, 0)))
        below += among.get(bin_, 0)
    count = sum(of.values())
    mean = sum(place * times for place, times in placed) / count
    squares = sum((place - mean) ** 2 * times for place, times in placed)
    return Mean(count, mean, squares / max(1, count - 1))
