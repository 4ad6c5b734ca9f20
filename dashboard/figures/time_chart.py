"""The large chart of a page: its data, and which of its kinds is asked for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from dashboard.figures.figures import Figures, finite, known_usd
from dashboard.frame.query import BadQuery
from dashboard.frame.window import Window

CHARTS = ("requests", "latency", "tokens", "cost")
TIME_SERIES: dict[str, Callable[[Figures], Any]] = {
    "worked": lambda figures: figures.requests - figures.failures,
    "failed": lambda figures: figures.failures,
    "p50": lambda figures: finite(figures.p50),
    "p95": lambda figures: finite(figures.p95),
    "p99": lambda figures: finite(figures.p99),
    "slowest": lambda figures: finite(figures.slowest),
    "total_tokens": lambda figures: figures.total_tokens,
    "cost_usd": known_usd,
    "priced": lambda figures: figures.priced,
}


def chart_context(request: HttpRequest) -> dict[str, Any]:
    """What `figures/time_chart.html` shows."""
    chart = request.GET.get("chart", CHARTS[0])
    if chart not in CHARTS:
        raise BadQuery(f"chart must be one of {', '.join(CHARTS)}.")
    return {"chart_words": CHARTS, "chart": chart}


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
