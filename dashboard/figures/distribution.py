"""How durations are distributed: shares by duration bin, and one request's place among them."""

from collections.abc import Mapping
from itertools import accumulate
from math import ceil, exp, floor, lgamma, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from tracking.store.bins import BOUNDS_MS, OVERFLOW_BIN, duration_bin

# Where the first and the last bin, which have no edge there, are drawn to.
_LOWEST_MS = BOUNDS_MS[0] / 2
_HIGHEST_MS = BOUNDS_MS[-1] * 2


class Column(NamedTuple):
    """One column of a histogram in percent of its width and height; `here` marks a request's."""

    x: float
    width: float
    height: float
    here: bool

    @property
    def y(self) -> float:
        """From the top, as SVG counts."""
        return 100 - self.height


def share_below(bins: Mapping[int, int], duration_ms: float) -> float | None:
    """The share of requests in bins below that of the duration."""
    total = sum(bins.values())
    here = duration_bin(duration_ms)
    return sum(n for bin_, n in bins.items() if bin_ < here) / total if total else None


def histogram(bins: Mapping[int, int], duration_ms: float) -> list[Column]:
    """From the lowest to the highest bin in use, on a logarithmic scale.

    Bins differ in width, so that it's the area of a column that stands for its requests.
    """
    here = duration_bin(duration_ms)
    edges = [log(bound) for bound in (_LOWEST_MS, *BOUNDS_MS, _HIGHEST_MS)]
    used = range(min(*bins, here, here), max(*bins, here, here) + 1)
    density = {bin_: bins.get(bin_, 0) / (edges[bin_ + 1] - edges[bin_]) for bin_ in used}
    highest = max(density.values()) or 1
    left, span = edges[used[0]], edges[used[-1] + 1] - edges[used[0]]
    return [
        Column(
            x=100 * (edges[bin_] - left) / span,
            width=100 * (edges[bin_ + 1] - edges[bin_]) / span,
            height=100 * density[bin_] / highest,
            here=bin_ == here,
        )
        for bin_ in used
    ]


def span_ms(bins: Mapping[int, int], duration_ms: float) -> tuple[float, float]:
    """The bounds of the histogram's first and last column; the first begins at 0."""
    used = [*bins, duration_bin(duration_ms)]
    first, last = min(used), max(used)
    upper = BOUNDS_MS[last] if last < OVERFLOW_BIN else float("inf")
    return (BOUNDS_MS[first - 1] if first else 0.0), upper


def ecdf(bins: Mapping[int, int]) -> list[tuple[float, float]]:
    """(duration in ms, share of requests no slower) at the upper bound of each bin in use."""
    used = sorted(bin_ for bin_ in bins if bins[bin_])
    total = sum(bins.values())
    shares = (reached / total for reached in accumulate(bins[bin_] for bin_ in used))
    return [
        (BOUNDS_MS[bin_], share)
        for bin_, share in zip(used, shares, strict=True)
        if bin_ < OVERFLOW_BIN
    ]


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
