"""How durations are distributed, from their counts by bin: the distribution function, and one
request's place among the others."""

from collections.abc import Mapping
from itertools import accumulate
from math import log
from typing import NamedTuple

from deployments.statistics.shares import Share
from tracking.store.bins import BOUNDS_MS, OVERFLOW_BIN, duration_bin, edges_ms

# Where the first and the last bin, which have no edge there, are drawn to.
_LOWEST_MS = BOUNDS_MS[0] / 2
_HIGHEST_MS = BOUNDS_MS[-1] * 2


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


def share_below(bins: Mapping[int, int], duration_ms: float) -> Share:
    """The requests in bins below that of the duration."""
    here = duration_bin(duration_ms)
    return Share(sum(n for bin_, n in bins.items() if bin_ < here), sum(bins.values()))


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


def bounds_ms(bins: Mapping[int, int], duration_ms: float) -> tuple[float, float]:
    """The bounds of the histogram's first and last column; the first begins at 0."""
    used = [*bins, duration_bin(duration_ms)]
    return edges_ms(min(used))[0], edges_ms(max(used))[1]
