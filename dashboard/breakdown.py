"""Figures by one label, in an order that the viewer chose."""

from collections.abc import Mapping
from typing import Any

from dashboard.charts import finite
from dashboard.errors import BadQuery
from dashboard.figures import Figures
from dashboard.labelled import by_label, by_label_set
from dashboard.sources import source_of
from dashboard.window import Window

BY = {
    "model": ("request_model", "model"),
    "business": ("business_id", "business"),
    "intent": ("intent", "intent"),
    "response_type": ("response_type", "response type"),
    "provider": ("provider_name", "provider"),
    "error": ("error_type", "error"),
    "deployment": ("deployment", "deployment"),
}
ORDERS = {
    "requests": lambda figures: figures.requests,
    "failures": lambda figures: figures.failure_rate,
    "p95": lambda figures: figures.percentile(95),
    "cost": lambda figures: figures.cost_or_none,
    "bookings": lambda figures: figures.booking_rate,
    "handoffs": lambda figures: figures.handoff_rate,
    "cost_per_booking": lambda figures: figures.cost_per_booking,
}
ORDER_WORDS = {
    "requests": "Requests",
    "failures": "Failed",
    "p95": "p95",
    "cost": "Cost",
    "bookings": "Booked",
    "handoffs": "Handed off",
    "cost_per_booking": "Cost per booking",
}


def breakdown_of(
    window: Window, labels: Mapping[str, str], by: str, order: str
) -> dict[str, Figures]:
    """Figures by label value, the highest first; values without a figure come last."""
    if by not in BY:
        raise BadQuery(f"by must be one of {', '.join(BY)}.")
    if order not in ORDERS:
        raise BadQuery(f"order must be one of {', '.join(ORDERS)}.")
    column, _ = BY[by]
    groups = by_label(by_label_set(source_of(window, labels)), column)
    return dict(sorted(groups.items(), key=lambda group: _key(ORDERS[order](group[1]))))


def as_json(figures: Figures) -> dict[str, Any]:
    """The exact figures of one group; null where there is none."""
    return {
        "requests": figures.requests,
        "failures": figures.failures,
        "p50_ms": finite(figures.percentile(50)),
        "p95_ms": finite(figures.percentile(95)),
        "p99_ms": finite(figures.percentile(99)),
        "input_tokens": figures.input_tokens,
        "output_tokens": figures.output_tokens,
        "total_tokens": figures.total_tokens,
        "cost_usd": None if figures.cost_or_none is None else float(figures.cost_usd),
        "unpriced": figures.unpriced,
        "appointments_requested": figures.appointments_requested,
        "appointments_booked": figures.appointments_booked,
        "human_handoffs": figures.human_handoffs,
    }


def _key(value: Any) -> tuple[bool, float]:
    return (value is None, -float(value or 0))
