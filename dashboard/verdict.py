"""The overview's first line: is it well, and if not, since when and where."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from dashboard.figures import BAD, WARNING, Figures

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
