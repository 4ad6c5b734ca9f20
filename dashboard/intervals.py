"""Confidence intervals of percentiles that assume no distribution, read from duration bins."""

from collections.abc import Mapping
from math import ceil, exp, floor, lgamma, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from tracking.store.bins import BOUNDS_MS, OVERFLOW_BIN

TAIL = 0.025
# From here on the normal approximation is off by less than a rank or two.
LARGE = 5_000
Z = NormalDist().inv_cdf(1 - TAIL)


class Interval(NamedTuple):
    """Milliseconds; the bounds are those of the bins that hold the ranks, hence a little wide."""

    low: float
    high: float

    def apart_from(self, other: "Interval") -> bool:
        return self.high < other.low or other.high < self.low


def interval(bins: Mapping[int, int], percent: int) -> Interval | None:
    """Two-sided, 95 %; None when there are too few samples for both of its ends."""
    n = sum(bins.values())
    ranks = _ranks(n, percent / 100)
    if ranks is None:
        return None
    low, high = (_bin_of_rank(bins, rank) for rank in ranks)
    upper = BOUNDS_MS[high] if high < OVERFLOW_BIN else float("inf")
    return Interval(BOUNDS_MS[low - 1] if low else 0.0, upper)


def _ranks(n: int, q: float) -> tuple[int, int] | None:
    """Ranks l and u, counted from 1: the percentile lies in [X(l), X(u)) in 95 % of samples.

    l is the greatest with P(B < l) <= 2.5 %, u the smallest with P(B >= u) <= 2.5 %, for B
    binomial (n, q).
    """
    if not n or max(q, 1 - q) ** n > TAIL:
        return None
    if n > LARGE:
        spread = Z * sqrt(n * q * (1 - q))
        return max(1, floor(n * q - spread)), min(n, ceil(n * q + spread) + 1)
    low = upper = 0
    reached = 0.0
    for k in range(n + 1):
        low = k if reached <= TAIL else low
        upper = k
        if reached >= 1 - TAIL:
            break
        reached += _probability(n, k, q)
    return max(low, 1), min(upper, n)


def _probability(n: int, k: int, q: float) -> float:
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(q) + (n - k) * log(1 - q))


def _bin_of_rank(bins: Mapping[int, int], rank: int) -> int:
    reached = 0
    for bin_ in sorted(bins):
        reached += bins[bin_]
        if reached >= rank:
            return bin_
    raise ValueError("The rank lies past the last sample.")
