"""A month's spend day by day, beside the month before, and what it is on course for."""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from dashboard.figures.figures import Figures, merged
from dashboard.figures.sources import Buckets, source_of, sums_over_time
from dashboard.frame.scope import Scope
from dashboard.frame.window import Window, day_of, midnight, window_of
from dashboard.spend.projection import WEEK, WEEKS_AT_LEAST, WEEKS_AT_MOST, Projection, project
from deployments.statistics.estimates import Interval
from tracking.store.periods import DAY

MEASURES = ("requests", "cost_usd", "priced")


class Month(NamedTuple):
    """`days` are those that have begun, each with its figures."""

    window: Window
    first: date
    days: dict[date, Figures]

    @property
    def name(self) -> str:
        return f"{self.first:%B %Y}"

    @property
    def figures(self) -> Figures:
        return merged(self.days.values())

    @property
    def began(self) -> date | None:
        """The first day with a request."""
        return next((day for day, figures in self.days.items() if figures.requests), None)

    @property
    def cumulative(self) -> list[float]:
        return list(accumulate(float(figures.cost_usd) for figures in self.days.values()))


class Spend(NamedTuple):
    """`same_part` is of the month before, as far as this one has come. `path` is the month's total
    by the end of today and of each day after it, empty where `known_days` are too few."""

    this: Month
    last: Month
    same_part: Figures
    path: list[Projection]
    known_days: int

    @property
    def on_course(self) -> Projection | None:
        return self.path[-1] if self.path else None

    @property
    def needed_days(self) -> int:
        return WEEKS_AT_LEAST * WEEK


def spend_of(scope: Scope) -> Spend:
    window, last = (
        window_of({"window": preset}, scope.now, scope.zone)
        for preset in ("this-month", "last-month")
    )
    today = day_of(scope.now, scope.zone)
    longest_ago = midnight(today - WEEKS_AT_MOST * WEEK * DAY, scope.zone)
    read = Window(min(last.since, longest_ago), window.until, zone=scope.zone)
    by_day = _by_day(sums_over_time(read, scope.labels, scope.now, (), *MEASURES), read, today)
    this = _month(window, by_day)
    known = _known([figures for day, figures in by_day.items() if day < today])
    so_far = float(this.figures.cost_usd)
    return Spend(
        this=this,
        last=_month(last, by_day),
        same_part=source_of(window.before(scope.now), scope.labels).total(*MEASURES),
        path=_path(known, so_far, _ahead(scope, window)) if this.figures.priced else [],
        known_days=len(known),
    )


def _by_day(
    groups: dict[tuple[str, ...], Buckets], read: Window, today: date
) -> dict[date, Figures]:
    """Those without requests, too."""
    buckets = groups.get((), {})
    known = {day_of(start, read.zone): figures for start, figures in buckets.items()}
    first = day_of(read.since, read.zone)
    days = (first + place * DAY for place in range((today - first).days + 1))
    return {day: known.get(day, Figures()) for day in days}


def _month(window: Window, by_day: dict[date, Figures]) -> Month:
    first, end = (day_of(edge, window.zone) for edge in (window.since, window.until))
    return Month(window, first, {day: by_day[day] for day in by_day if first <= day < end})


def _known(days: Sequence[Figures]) -> list[float]:
    """The cost of each whole day: the one with the first request may be none."""
    first = next((place for place, figures in enumerate(days) if figures.requests), len(days))
    return [float(figures.cost_usd) for figures in days[first + (first > 0) :]]


def _ahead(scope: Scope, window: Window) -> list[float]:
    """Which share of today and of each later day of the month is to come."""
    today, end = day_of(scope.now, scope.zone), day_of(window.until, scope.zone)
    tomorrow = midnight(today + DAY, scope.zone)
    left = min(1.0, (tomorrow - scope.now) / DAY)
    return [left, *[1.0] * ((end - today).days - 1)]


def _path(known: Sequence[float], so_far: float, ahead: Sequence[float]) -> list[Projection]:
    steps = (project(known, ahead[: length + 1]) for length in range(len(ahead)))
    return [
        Projection(
            so_far + step.value,
            Interval(so_far + step.interval.low, so_far + step.interval.high),
            step.weeks,
        )
        for step in steps
        if step
    ]
