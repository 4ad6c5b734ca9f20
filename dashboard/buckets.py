"""Figures over time: one for each bucket of a window that has begun."""

from collections.abc import Mapping
from datetime import datetime

from dashboard.figures import Figures
from dashboard.sources import buckets_source
from dashboard.window import Window, floor

Buckets = dict[datetime, Figures]
CHARTED = ("requests", "failures", "total_tokens", "cost_usd")


def outcomes_lately(window: Window, labels: Mapping[str, str], now: datetime) -> Buckets:
    """Requests and failures of the last quarter of the window, which tell what is going on."""
    starts = _begun(window, now)
    recent = starts[-(len(starts) // 4 + 1) :]
    source = buckets_source(window, labels)
    lately = source._replace(rows=source.rows.filter(starts_at__gte=min(recent, default=now)))
    return _every_bucket(window, recent, lately.by("starts_at", "requests", "failures"))


def figures_over_time(window: Window, labels: Mapping[str, str], now: datetime) -> Buckets:
    source = buckets_source(window, labels)
    found = source.by("starts_at", *CHARTED)
    source.add_bins(found, "starts_at")
    return _every_bucket(window, _begun(window, now), found)


def _begun(window: Window, now: datetime) -> list[datetime]:
    return [start for start in window.starts if start <= now]


def _every_bucket(window: Window, starts: list[datetime], found: Buckets) -> Buckets:
    """Those without requests too, in order of time."""
    buckets = {start: Figures() for start in starts}
    for start, figures in found.items():
        buckets.setdefault(floor(start, window.bucket), Figures()).merge(figures)
    return dict(sorted(buckets.items()))
