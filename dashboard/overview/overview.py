"""The overview's figures: of the window, of the one before, and by label."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from dashboard.figures.figures import BAD, WARNING, Figures, finite
from dashboard.figures.sources import (
    by_label,
    by_label_set,
    by_labels,
    outcomes_lately,
    source_of,
    total,
)
from dashboard.frame.window import Window

# Fewer requests than this are no trend.
FEWEST = 10


class Verdict(NamedTuple):
    """`level` is ok, warning, bad or empty; `since` is set while failures go on.

    `longer` says that they may have begun before `since`, the first bucket that was looked at.
    """

    level: str
    failure_rate: float | None
    since: datetime | None = None
    longer: bool = False
    model: str = ""
    error: str = ""


def level_of(failure_rate: float | None) -> str:
    if failure_rate is None:
        return "empty"
    if failure_rate > BAD:
        return "bad"
    return "warning" if failure_rate >= WARNING else "ok"


def verdict_of(
    buckets: Mapping[datetime, Figures],
    figures: Figures,
    by_cause: Mapping[tuple[str, ...], Figures],
) -> Verdict:
    """`by_cause` has model and error type as its keys."""
    run = _going_on(buckets)
    rate = figures.failure_rate if run.since is None else run.failures / run.requests
    level = level_of(rate)
    if level in ("ok", "empty"):
        return Verdict(level, rate)
    model, error = max(by_cause, key=lambda cause: by_cause[cause].failures)
    return Verdict(level, rate, run.since, run.longer, model, error)


class _Run(NamedTuple):
    since: datetime | None = None
    requests: int = 0
    failures: int = 0
    longer: bool = True


def _going_on(buckets: Mapping[datetime, Figures]) -> _Run:
    """Since when each bucket up to now fails too often."""
    run = _Run()
    for start, figures in sorted(buckets.items(), reverse=True):
        if figures.failure_rate is None:
            continue
        if figures.failure_rate < WARNING:
            run = run._replace(longer=False)
            break
        requests, failures = run.requests + figures.requests, run.failures + figures.failures
        run = _Run(start, requests, failures)
    return run if run.requests >= FEWEST else _Run()


class Overview(NamedTuple):
    """The dicts have label values."""

    figures: Figures
    before: Figures
    models: dict[str, Figures]
    businesses: dict[str, Figures]
    intents: dict[str, Figures]
    verdict: Verdict


def overview_of(window: Window, labels: Mapping[str, str], now: datetime) -> Overview:
    recent = outcomes_lately(window, labels, now)
    found = by_label_set(source_of(window, labels))
    figures = total(found)
    return Overview(
        figures=figures,
        before=source_of(window.before, labels).total("failures", "cost_usd"),
        models=by_label(found, "request_model"),
        businesses=by_label(found, "business_id"),
        intents=by_label(found, "intent"),
        verdict=verdict_of(recent, figures, by_labels(found, "request_model", "error_type")),
    )


TIME_SERIES: dict[str, Callable[[Figures], Any]] = {
    "worked": lambda figures: figures.requests - figures.failures,
    "failed": lambda figures: figures.failures,
    "p50": lambda figures: finite(figures.percentile(50)),
    "p95": lambda figures: finite(figures.percentile(95)),
    "p99": lambda figures: finite(figures.percentile(99)),
    "total_tokens": lambda figures: figures.total_tokens,
    "cost_usd": lambda figures: float(figures.cost_usd),
}


def time_chart(window: Window, buckets: Mapping[datetime, Figures]) -> dict[str, Any]:
    """Seconds since the epoch, and one list of values for each series; null is a gap."""
    return {
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "bucket_seconds": int(window.bucket.total_seconds()),
        "starts": [int(start.timestamp()) for start in buckets],
        "series": {
            name: [value(figures) for figures in buckets.values()]
            for name, value in TIME_SERIES.items()
        },
    }


LENGTH = 5


class Entry(NamedTuple):
    """One line of the list; the marks are set only where there are several groups."""

    name: str
    figures: Figures
    slowest: bool
    dearest: bool


def top_of(groups: Mapping[str, Figures]) -> list[Entry]:
    """`groups` come with most requests first."""
    slowest = _most(groups, lambda figures: None if figures.too_few_p95 else figures.p95)
    dearest = _most(groups, lambda figures: figures.cost_or_none)
    shown = {slowest, dearest} - {None}
    for name in groups:
        if len(shown) < LENGTH:
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
