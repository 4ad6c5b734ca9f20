"""Two sides beside each other: each figure of both, and what can be said about their difference."""

from collections.abc import Sequence
from math import isfinite, isinf
from typing import Any, NamedTuple

from dashboard.compare.sides import Side
from dashboard.figures.distribution import ecdf
from dashboard.figures.figures import as_json, change, finite
from deployments.formats import signed_percent
from deployments.statistics.binned import SlowerShare
from deployments.statistics.differences import (
    Difference,
    Fixed,
    Measured,
    corrected,
    difference,
    mean_difference,
)
from deployments.statistics.estimates import Interval
from deployments.statistics.sentences import (
    COST,
    FAILURES,
    LATENCY,
    PAIRS,
    Unit,
    apart,
    by_chance,
    compared,
    otherwise,
)
from deployments.statistics.shares import CALLS_NEEDED

PAIRS_ROW = "Slower of two"
PERCENTS = (50, 90, 95, 99)
WHERE = {"p50": "at the median", "p90": "at p90", "p95": "at p95", "p99": "at p99"}


class Figure(NamedTuple):
    """Of one side; without what can be compared where it lacks something, which `few` says."""

    value: float | None
    measured: Measured | None
    few: str = ""

    @property
    def interval(self) -> Interval | None:
        return self.measured.interval if self.measured else None


class Compared(NamedTuple):
    """One figure of both sides; how sure their difference is says it as one of several."""

    name: str
    unit: Unit
    a: Figure
    b: Figure
    difference: Difference | None

    @property
    def sides(self) -> tuple[Figure, Figure]:
        return self.a, self.b

    @property
    def change(self) -> float | None:
        """B's share above or below A's."""
        told = self.difference and self.unit is not PAIRS
        return change(self.b.value, self.a.value) if told else None

    @property
    def certain(self) -> bool:
        return self.difference is not None and self.difference.certain

    @property
    def words(self) -> str:
        if not self.difference:
            return ""
        return apart(self.difference, self.unit) or "no difference seen"

    @property
    def more_words(self) -> str:
        if not self.difference:
            return ""
        if not apart(self.difference, self.unit):
            return otherwise(self.difference, self.unit)
        share = "" if self.change is None else f"{signed_percent(self.change)}, "
        return f"{share}by chance {by_chance(self.difference)}"


def compared_of(a: Side, b: Side) -> list[Compared]:
    rows = [
        *(
            _compared(f"p{percent}", LATENCY, _percentile(a, percent), _percentile(b, percent))
            for percent in PERCENTS
        ),
        _pairs(a, b),
        _compared("Failed", FAILURES, _failed(a), _failed(b)),
        _costs(a, b),
    ]
    gaps = corrected([row.difference for row in rows])
    return [row._replace(difference=gap) for row, gap in zip(rows, gaps, strict=True)]


def sentences_of(a: Side, b: Side, rows: Sequence[Compared]) -> list[str]:
    """What the medians say, and what else is certain: of other percentiles where these don't
    differ."""
    median = rows[0].difference
    first = [] if median else ["There are too few requests to say which is quicker."]
    apart = median is not None and median.certain
    told = [row for row in rows if row is rows[0] or row.certain]
    return first + [
        compared(b.word, a.word, row.difference, row.unit, WHERE.get(row.name, ""))
        for row in told
        if row.difference and (row is rows[0] or not apart or row.unit not in (LATENCY, PAIRS))
    ]


def as_rows(rows: Sequence[Compared]) -> list[dict[str, Any]]:
    """For JSON and CSV: durations in ms, shares of 1, dollars; null where there is no figure."""
    return [
        {
            "figure": row.name,
            **_numbers("a", row.a.value, row.a.interval),
            "a_lacks": row.a.few,
            **_numbers("b", row.b.value, row.b.interval),
            "b_lacks": row.b.few,
            **_difference(row.difference),
            "certain": row.certain,
            "words": row.words,
        }
        for row in rows
    ]


def chart_of(*sides: Side) -> list[dict[str, Any]]:
    """The ECDF of each side as (ms, share) pairs."""
    return [
        {
            "name": side.word,
            "ecdf": [(round(ms, 1), round(share, 6)) for ms, share in ecdf(side.figures.bins)],
        }
        for side in sides
    ]


def figures_of(*sides: Side) -> list[dict[str, Any]]:
    """The same with all figures; percentiles are those that the comparison shows."""
    return [
        {
            **chart,
            "since": side.window.since.isoformat(),
            "until": side.window.until.isoformat(),
            **as_json(side.figures),
            **{f"p{percent}_ms": finite(_percentile(side, percent).value) for percent in PERCENTS},
        }
        for side, chart in zip(sides, chart_of(*sides), strict=True)
    ]


def _compared(name: str, unit: Unit, a: Figure, b: Figure) -> Compared:
    gap = difference(b.measured, a.measured) if a.measured and b.measured else None
    return Compared(name, unit, a, b, gap)


def _percentile(side: Side, percent: int) -> Figure:
    few = side.figures.too_few(percent)
    if few:
        return Figure(None, None, f"too few samples: {few} for p{percent}")
    measured = side.percentile(percent)
    low, high = measured.known.low, measured.known.high
    return Figure(high, None) if isinf(high) else Figure((low + high) / 2, measured)


def _pairs(a: Side, b: Side) -> Compared:
    """Of a request of each side, which is the slower."""
    if min(a.figures.requests, b.figures.requests) < CALLS_NEEDED:
        nothing = Figure(None, None)
        return Compared(PAIRS_ROW, PAIRS, nothing, nothing, None)
    slower = SlowerShare(b.figures.bins, a.figures.bins)
    sides = Figure(1 - slower.value, None), Figure(slower.value, slower)
    return Compared(PAIRS_ROW, PAIRS, *sides, difference(slower, Fixed(0.5)))


def _failed(side: Side) -> Figure:
    failed = side.figures.failed
    return Figure(failed.value, None if failed.too_few else failed)


def _costs(a: Side, b: Side) -> Compared:
    gap = mean_difference(b.cost, a.cost) if a.cost and b.cost else None
    return Compared("Cost a request", COST, _cost(a), _cost(b), gap)


def _cost(side: Side) -> Figure:
    mean = side.figures.cost_per_request
    return Figure(None if mean is None else float(mean), side.cost)


def _numbers(name: str, value: float | None, interval: Interval | None) -> dict[str, Any]:
    low, high = (interval.low, interval.high) if interval else (None, None)
    return {name: _finite(value), f"{name}_low": _finite(low), f"{name}_high": _finite(high)}


def _difference(gap: Difference | None) -> dict[str, Any]:
    if gap is None:
        return {**_numbers("difference", None, None), "by_chance": None}
    return {**_numbers("difference", gap.value, gap.interval), "by_chance": gap.chance}


def _finite(value: float | None) -> float | None:
    """JSON knows no infinity."""
    return value if value is not None and isfinite(value) else None
