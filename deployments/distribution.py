"""Latencies as charts draw them: the distribution function and the box plot. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log

from deployments.statistics import percentile

POINTS = 400


def ecdf(samples: Sequence[float], points: int = POINTS) -> list[tuple[float, float]]:
    """(latency, share of calls no slower), for a logarithmic axis.

    The axis has `points` columns of equal width; each holds the last sample that falls into it,
    so that a drawn step is right and the tail is never thinned away.
    """
    ordered = sorted(samples)
    kept: dict[int, tuple[float, float]] = {}
    for rank, value in enumerate(ordered, start=1):
        kept[_column(value, ordered[0], ordered[-1], points)] = (value, rank / len(ordered))
    return list(kept.values())


def _column(value: float, lowest: float, highest: float, points: int) -> int:
    lowest, highest, value = (max(part, 1e-3) for part in (lowest, highest, value))
    if lowest == highest:
        return 0
    return floor((points - 1) * log(value / lowest) / log(highest / lowest))


@dataclass(frozen=True)
class Box:
    """Tukey's: whiskers end at the last sample within 1.5 quartile ranges of the box."""

    low: float
    q1: float
    median: float
    q3: float
    high: float
    outliers: int


def box(samples: Sequence[float]) -> Box | None:
    """None without samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    q1, median, q3 = (percentile(ordered, share) for share in (0.25, 0.5, 0.75))
    reach = 1.5 * (q3 - q1)
    inside = [value for value in ordered if q1 - reach <= value <= q3 + reach]
    return Box(inside[0], q1, median, q3, inside[-1], len(ordered) - len(inside))
