"""Two groups of requests side by side, with what can be said about their difference."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.figures.distribution import ecdf, interval
from dashboard.figures.figures import Figures, as_json, change
from dashboard.figures.sources import source_of
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import LABELS, NONE
from dashboard.frame.window import Window
from deployments.formats import duration, signed_percent
from deployments.statistics.estimates import Interval
from tracking.store.periods import DAY

PERCENTS = (50, 90, 95, 99)
# Periods are compared by how far back their window lies; None is the length of the window.
PERIODS: dict[str, tuple[timedelta | None, str]] = {
    "this": (timedelta(0), "This window"),
    "before": (None, "The window before"),
    "week": (7 * DAY, "A week earlier"),
    "month": (28 * DAY, "Four weeks earlier"),
}
KINDS = {
    **{name: LABELS[name].words for name in ("model", "business", "deployment", "provider")},
    "period": "Periods",
}


class Side(NamedTuple):
    """`key` is a label's value, or one of PERIODS."""

    key: str
    word: str
    window: Window
    figures: Figures


class ComparedPercentile(NamedTuple):
    """One percentile of both sides; `few` says what is missing, with an empty text for enough."""

    percent: int
    values: tuple[float | None, float | None]
    intervals: tuple[Interval | None, Interval | None]
    few: tuple[str, str]

    @property
    def sides(self) -> list[tuple[float | None, Interval | None, str]]:
        return list(zip(self.values, self.intervals, self.few, strict=True))

    @property
    def change(self) -> float | None:
        """B's share above or below A's, where both have enough samples."""
        return None if any(self.few) else change(self.values[1], self.values[0])

    @property
    def certain(self) -> bool:
        a, b = self.intervals
        return a is not None and b is not None and a.apart_from(b)


def side_of(window: Window, labels: Mapping[str, str], kind: str, key: str, now: datetime) -> Side:
    """`kind` is one of KINDS."""
    if kind == "period":
        if key not in PERIODS:
            raise BadQuery(f"a and b must be of {', '.join(PERIODS)}.")
        back, word = PERIODS[key]
        return _side(key, word, _earlier(window, back, now), labels)
    value = "" if key == NONE else key
    return _side(key, value or "none", window, {**labels, LABELS[kind].column: value})


def percentiles_of(a: Side, b: Side) -> list[ComparedPercentile]:
    return [
        ComparedPercentile(
            percent,
            (a.figures.percentile(percent), b.figures.percentile(percent)),
            (interval(a.figures.bins, percent), interval(b.figures.bins, percent)),
            (_few(a.figures, percent), _few(b.figures, percent)),
        )
        for percent in PERCENTS
    ]


def sentence_of(a: Side, b: Side, median: ComparedPercentile) -> str:
    """What the medians say, and whether that may be chance."""
    share = median.change
    if share is None:
        return "There are too few requests to say which is faster."
    medians = f"{duration(median.values[1])} against {duration(median.values[0])} in the median"
    if not median.certain:
        return f"No clear difference: {b.word} takes {medians}, which may be chance."
    word = "slower" if share > 0 else "faster"
    return f"{b.word} is {word} than {a.word}: {medians} ({signed_percent(share)})."


def chart_of(*sides: Side) -> list[dict[str, object]]:
    """For each side its figures and its ECDF as (ms, share) pairs."""
    return [
        {
            "name": side.word,
            "since": side.window.since.isoformat(),
            "until": side.window.until.isoformat(),
            "ecdf": [(round(ms, 1), round(share, 6)) for ms, share in ecdf(side.figures.bins)],
            **as_json(side.figures),
        }
        for side in sides
    ]


def _side(key: str, word: str, window: Window, labels: Mapping[str, str]) -> Side:
    return Side(key, word, window, source_of(window, labels).total())


def _earlier(window: Window, back: timedelta | None, now: datetime) -> Window:
    if back is None:
        return window.before(now)
    return window._replace(since=window.since - back, until=window.until - back, preset="")


def _few(figures: Figures, percent: int) -> str:
    few = figures.too_few(percent)
    return few and f"too few samples: {few} for p{percent}"
