"""The two sides of a comparison: their figures, and what their single requests say."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from dashboard.figures.figures import Figures
from dashboard.figures.sources import requests_of, source_of
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import LABELS, NONE, Scope
from dashboard.frame.window import Window
from deployments.statistics.binned import BinnedPercentile, Bins
from deployments.statistics.differences import Mean, Measured, Percentile, mean_of
from deployments.statistics.shares import CALLS_NEEDED
from tracking.models import COST_PLACES
from tracking.store.periods import DAY

# Of a window with no more requests, whatever their labels, all are read; else the newest, which
# tell how far costs spread.
ALL_UP_TO = 5_000
NEWEST = 1_000
# What the page itself shows.
SHOWN = ("requests", "failures", "cost_usd", "priced")
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
    """`key` is a label's value, or one of PERIODS. `durations_ms`, in order, and `costs_usd` are
    those of single requests: of all where `exact`."""

    key: str
    word: str
    window: Window
    figures: Figures
    durations_ms: Sequence[float]
    costs_usd: Sequence[float]

    @property
    def exact(self) -> bool:
        """Fewer were read also where older ones were pruned."""
        return len(self.durations_ms) >= self.figures.requests

    def percentile(self, percent: int) -> Measured:
        """Needs a request."""
        if self.exact:
            return Percentile(self.durations_ms, percent / 100)
        return BinnedPercentile(Bins(self.figures.bins), percent / 100)

    @property
    def cost(self) -> Mean | None:
        """Of a request that named its cost; None where too few were read to say how they spread."""
        mean = self.figures.cost_per_request
        if mean is None or len(self.costs_usd) < CALLS_NEEDED:
            return None
        return mean_of(self.costs_usd, self.figures.priced, float(round(mean, COST_PLACES)))


def sides_of(scope: Scope, kind: str, keys: Sequence[str], *measures: str) -> list[Side]:
    """`kind` is one of KINDS; without `measures` the figures have all."""
    read_from = cache(_read_from)
    sides = []
    for key in keys:
        word, window, labels = _what(scope, kind, key)
        figures = source_of(window, labels).total(*measures)
        read = requests_of(window._replace(since=read_from(window)), labels)
        rows = list(read.values_list("duration_ms", "cost_usd", "priced"))
        durations_ms = sorted(duration_ms for duration_ms, _, _ in rows)
        costs_usd = [float(cost_usd) for _, cost_usd, priced in rows if priced]
        sides.append(Side(key, word, window, figures, durations_ms, costs_usd))
    return sides


def _what(scope: Scope, kind: str, key: str) -> tuple[str, Window, dict[str, str]]:
    if kind == "period":
        if key not in PERIODS:
            raise BadQuery(f"a and b must be of {', '.join(PERIODS)}.")
        back, word = PERIODS[key]
        return word, _earlier(scope.window, back, scope.now), scope.labels
    value = "" if key == NONE else key
    return value or "none", scope.window, {**scope.labels, LABELS[kind].column: value}


def _read_from(window: Window) -> datetime:
    """Bounded by what the whole window holds, as that is what the database looks through."""
    many = _after(window, ALL_UP_TO)
    return (_after(window, NEWEST) if many else None) or window.since


def _after(window: Window, count: int) -> datetime | None:
    """When so many requests had still to come; None where there are no more."""
    newest = requests_of(window, {}).order_by("-received_at").values_list("received_at", flat=True)
    return next(iter(newest[count : count + 1]), None)


def _earlier(window: Window, back: timedelta | None, now: datetime) -> Window:
    if back is None:
        return window.before(now)
    return window._replace(since=window.since - back, until=window.until - back, preset="")
