"""The breakdown page and its `.json` sibling: figures by one label, in the viewer's order."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.figures.figures import Figures, as_json
from dashboard.figures.sources import by_label, by_label_set, source_of
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import scope_of
from dashboard.frame.window import Window

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


@page
def breakdown(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    by = request.GET.get("by", "model")
    order = request.GET.get("order", "requests")
    context = {
        "groups": list(breakdown_of(scope.window, scope.labels, by, order).items()),
        "by": by,
        "order": order,
        "orders": ORDER_WORDS.items(),
        "dimensions": [(key, word) for key, (_, word) in BY.items()],
    }
    return render_page(request, "dashboard/breakdown/breakdown.html", scope, "Breakdown", **context)


@page
def breakdown_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    by = request.GET.get("by", "model")
    groups = breakdown_of(scope.window, scope.labels, by, request.GET.get("order", "requests"))
    found = [{by: name, **as_json(figures)} for name, figures in groups.items()]
    return JsonResponse({**scope.window.query, "by": by, "groups": found})


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


def _key(value: Any) -> tuple[bool, float]:
    return (value is None, -float(value or 0))
