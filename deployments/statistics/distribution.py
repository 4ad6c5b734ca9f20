"""Latencies as charts draw them: the distribution function and the box plot. Pure functions."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

from deployments.statistics.estimates import percentile

POINTS = 400
# What a logarithmic axis shows of a latency of nothing.
LOWEST_MS = 1e-3


def ecdf(samples: Sequence[float], points: int = POINTS) -> list[tuple[float, float]]:
    """(latency, share of calls no slower), for a logarithmic axis.

    The axis has `points` columns of equal width; each holds the last sample that falls into it,
    so that a drawn step is right and the tail is never thinned away.
    """
    ordered = sorted(samples)
    ranks = {bisect_right(ordered, edge) for edge in _edges(ordered, points)} - {0}
    return [(ordered[rank - 1], rank / len(ordered)) for rank in sorted(ranks)]


def _edges(ordered: Sequence[float], points: int) -> list[float]:
    """The upper ends of the columns; the last holds the slowest sample, whatever is rounded."""
    if not ordered:
        return []
    lowest, highest = (max(value, LOWEST_MS) for value in (ordered[0], ordered[-1]))
    step = log(highest / lowest) / points
    inner = [lowest * exp(step * column) for column in range(1, points)] if step else []
    return [*inner, inf]


@dataclass(frozen=True)
class Box:
    """Tukey's: whiskers end at the last sample within 1.5 quartile ranges of the box, and
    `outliers` lie beyond them, in order."""

    low: float
    q1: float
    median: float
    q3: float
    high: float
    outliers: tuple[float, ...]


def box(samples: Sequence[float]) -> Box | None:
    """None without samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    q1, median, q3 = (percentile(ordered, share) for share in (0.25, 0.5, 0.75))
    reach = 1.5 * (q3 - q1)
    first, end = bisect_left(ordered, q1 - reach), bisect_right(ordered, q3 + reach)
    outliers = (*ordered[:first], *ordered[end:])
    return Box(ordered[first], q1, median, q3, ordered[end - 1], outliers)
