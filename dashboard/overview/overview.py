"""The overview's figures: of the window and the one before, by label and over time, and what they
come to: the verdict, and which models and businesses are named."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from dashboard.figures.figures import WARNING, Figures, level_of
from dashboard.figures.sources import (
    by_label,
    by_label_set,
    by_labels,
    outcomes_lately,
    source_of,
    total,
)
from dashboard.frame.window import Window
from deployments.statistics.shares import Share

# Fewer requests than this are no trend.
FEWEST = 10
TOP_LENGTH = 5


class Verdict(NamedTuple):
    """`level` is ok, warning, bad or empty; `since` is set while failures go on.

    `longer` says that they may have begun before `since`, the first bucket that was looked at.
    """

    level: str
    failed: Share
    since: datetime | None = None
    longer: bool = False
    model: str = ""
    error: str = ""


class Overview(NamedTuple):
    """The dicts have label values."""

    figures: Figures
    before: Figures
    words_before: str
    models: dict[str, Figures]
    businesses: dict[str, Figures]
    intents: dict[str, Figures]
    verdict: Verdict


def overview_of(window: Window, labels: Mapping[str, str], now: datetime) -> Overview:
    recent = outcomes_lately(window, labels, now)
    by_set = by_label_set(source_of(window, labels))
    figures = total(by_set)
    return Overview(
        figures=figures,
        before=source_of(window.before(now), labels).total("failures", "cost_usd", "priced"),
        words_before=window.words_before(now),
        models=by_label(by_set, "request_model"),
        businesses=by_label(by_set, "business_id"),
        intents=by_label(by_set, "intent"),
        verdict=verdict_of(recent, figures, by_labels(by_set, "request_model", "error_type")),
    )


def verdict_of(
    buckets: Mapping[datetime, Figures],
    figures: Figures,
    by_cause: Mapping[tuple[str, ...], Figures],
) -> Verdict:
    """`by_cause` has model and error type as its keys."""
    streak = _going_on(buckets)
    of_streak = Share(streak.failures, streak.requests)
    failed = figures.failed if streak.since is None else of_streak
    level = level_of(failed.value)
    if level in ("ok", "empty"):
        return Verdict(level, failed)
    model, error = max(by_cause, key=lambda cause: by_cause[cause].failures)
    return Verdict(level, failed, streak.since, streak.longer, model, error)


class _Streak(NamedTuple):
    since: datetime | None = None
    requests: int = 0
    failures: int = 0
    longer: bool = False


def _going_on(buckets: Mapping[datetime, Figures]) -> _Streak:
    """Since when each bucket up to now fails too often."""
    streak = _Streak()
    for start, figures in sorted(buckets.items(), reverse=True):
        if figures.failure_rate is None:
            continue
        if figures.failure_rate < WARNING:
            break
        requests, failures = streak.requests + figures.requests, streak.failures + figures.failures
        streak = _Streak(start, requests, failures, longer=start == min(buckets))
    return streak if streak.requests >= FEWEST else _Streak()


class Entry(NamedTuple):
    """One line of the list; the marks are set only where there are several groups."""

    name: str
    figures: Figures
    slowest: bool
    dearest: bool


def top_of(groups: Mapping[str, Figures]) -> list[Entry]:
    """`groups` come with most requests first."""
    slowest = _most(groups, lambda figures: figures.p95)
    priced = not any(figures.unpriced for figures in groups.values())
    dearest = _most(groups, lambda figures: figures.cost_or_none) if priced else None
    shown = {slowest, dearest} - {None}
    for name in groups:
        if len(shown) < TOP_LENGTH:
            shown.add(name)
    return [
        Entry(name, figures, name == slowest, name == dearest)
        for name, figures in groups.items()
        if name in shown
    ]


def _most(groups: Mapping[str, Figures], value: Callable[[Figures], Any]) -> str | None:
    values = {name: value(figures) for name, figures in groups.items()}
    known = {name: number for name, number in values.items() if number is not None}
    return max(known, key=lambda name: known[name]) if len(known) > 1 else None
