"""What charts draw: columns of numbers for uPlot."""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from dashboard.figures import Figures
from dashboard.window import Window

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


def finite(value: float | None) -> float | None:
    """JSON knows no infinity; past the last bin there is no figure to draw."""
    return round(value, 1) if value is not None and isfinite(value) else None
