"""What a set of latency samples says, and how sure of it one can be. Pure functions.

Intervals are two-sided, equal-tailed and need no assumption on how latencies are distributed:
they rest on the rank that the true percentile takes among the samples, which is binomial.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, lgamma, log, sqrt

TAIL = 0.025


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; without one where there are fewer samples than `needed`."""

    value: float | None
    interval: Interval | None
    samples: int
    needed: int

    @property
    def too_few(self) -> bool:
        return self.interval is None

    def __str__(self) -> str:
        if self.interval is None:
            return f"too few samples: {self.samples} of {self.needed}"
        return f"{self.value:.1f} [{self.interval.low:.1f} to {self.interval.high:.1f}]"


def percentile(ordered: Sequence[float], quantile: float) -> float:
    """Between the two nearest ranks, linearly (Hyndman and Fan's type 7). Needs a sample."""
    place = quantile * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def estimate(samples: Sequence[float], quantile: float) -> Estimate:
    """The percentile of the samples, which may be in any order."""
    ordered = sorted(samples)
    needed = samples_needed(quantile)
    value = percentile(ordered, quantile) if ordered else None
    ranks = rank_interval(len(ordered), quantile)
    interval = Interval(ordered[ranks[0] - 1], ordered[ranks[1] - 1]) if ranks else None
    return Estimate(value, interval, len(ordered), needed)


def samples_needed(quantile: float) -> int:
    """The fewest samples of which the largest and the smallest enclose the percentile: 95 %."""
    return ceil(log(TAIL) / log(max(quantile, 1 - quantile)))


def rank_limits(count: int, quantile: float, tail: float) -> tuple[float, float]:
    """Ranks, from 1, between which the percentile lies; each side misses it with probability
    `tail` (Beran and Hall 1993, between ranks). Below 1 or past the count there is no sample.
    """
    first, summed = rank_probabilities(count, quantile)
    low, high = bisect_right(summed, tail), bisect_left(summed, 1 - tail)
    return (
        first + low + _share(tail, summed, low),
        first + high + _share(1 - tail, summed, high),
    )


def _share(probability: float, summed: Sequence[float], place: int) -> float:
    """How far into the step before `place` it lies."""
    if place == len(summed):
        return 1.0
    before = summed[place - 1] if place else 0.0
    return (probability - before) / (summed[place] - before)


def rank_interval(count: int, quantile: float) -> tuple[int, int] | None:
    """Ranks, from 1, of the two samples that enclose the percentile; None if there are too few.

    Each side misses it with a probability of at most 2.5 % (Hahn and Meeker 1991, 5.2).
    """
    low, high = rank_limits(count, quantile, TAIL)
    return (int(low), ceil(high)) if low >= 1 and high <= count else None


@lru_cache(maxsize=64)
def rank_probabilities(count: int, quantile: float) -> tuple[int, list[float]]:
    """P(at most k of `count` samples lie below the true percentile), and the first k it is for.

    Ten deviations and ten ranks away from the mean nothing is left that a float adds to 1: it is
    0 before the first and 1 after the last, however many samples there are.
    """
    middle, reach = count * quantile, 10 * sqrt(count * quantile * (1 - quantile)) + 10
    first, last = max(0, int(middle - reach)), min(count, int(middle + reach))
    return first, list(accumulate(_binomials(count, first, last, quantile)))


def _binomials(count: int, first: int, last: int, share: float) -> Iterator[float]:
    """Each from the one before it: logarithms of factorials take ten times as long."""
    probability, odds = _binomial(count, first, share), share / (1 - share)
    for k in range(first, last + 1):
        yield probability
        probability *= (count - k) / (k + 1) * odds


def _binomial(count: int, k: int, share: float) -> float:
    ways = lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1)
    return exp(ways + k * log(share) + (count - k) * log(1 - share))
