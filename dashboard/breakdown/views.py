"""The breakdown page and its siblings: figures by one label, in the viewer's order."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.figures.figures import Figures, as_json, merged
from dashboard.figures.sources import (
    by_label,
    by_label_set,
    source_of,
    sums_over_time,
)
from dashboard.frame.access import page
from dashboard.frame.csv_file import csv_answer
from dashboard.frame.page import render_page
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import LABELS, Scope, scope_of
from dashboard.frame.window import Window

# The parameter, the head of its column, and what is sorted by.
ORDERS: dict[str, tuple[str, Callable[[Figures], Any]]] = {
    "requests": ("Requests", lambda figures: figures.requests),
    "failures": ("Failed", lambda figures: figures.failure_rate),
    "p50": ("p50", lambda figures: figures.known(50)),
    "p95": ("p95", lambda figures: figures.known(95)),
    "tokens": ("Tokens", lambda figures: figures.total_tokens),
    "cost": ("Cost", lambda figures: figures.cost_or_none),
    "bookings": ("Booked", lambda figures: figures.appointments_booked),
    "booking_rate": ("Booking rate", lambda figures: figures.booked.value),
    "handoffs": ("Handed off", lambda figures: figures.human_handoffs),
    "handoff_rate": ("Hand-off rate", lambda figures: figures.handed_off.value),
    "cost_per_booking": ("Cost per booking", lambda figures: figures.cost_per_booking),
}

FIRST, LOWEST = "first", "lowest"


@page
def breakdown(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    by, order, lowest = _asked(request)
    groups = breakdown_of(scope.window, scope.labels, by, order, lowest)
    context = {
        "groups": list(groups.items()),
        "whole": merged(groups.values()),
        "by": by,
        "label": LABELS[by],
        "labels": LABELS.items(),
        "order": order,
        "lowest": lowest,
        "orders": [(key, word) for key, (word, _) in ORDERS.items()],
    }
    return render_page(request, "dashboard/breakdown/breakdown.html", scope, "Breakdown", **context)


@page
def breakdown_json(request: HttpRequest) -> HttpResponse:
    scope, by, rows = _rows(request)
    return JsonResponse({**scope.window.query, "by": by, "groups": rows})


@page
def breakdown_csv(request: HttpRequest) -> HttpResponse:
    """What is missing is an empty cell."""
    scope, by, rows = _rows(request)
    head = [by, *as_json(Figures())]
    head.remove("too_few_samples")
    return csv_answer(
        f"by-{by}", scope.window, head, ([row[name] for name in head] for row in rows)
    )


@page
def breakdown_lines(request: HttpRequest) -> HttpResponse:
    """The small lines of the rows; apart from the page, which they would make slower."""
    scope = scope_of(request)
    by, _, _ = _asked(request)
    groups = sums_over_time(scope.window, scope.labels, scope.now, [LABELS[by].column], "requests")
    series = {
        name: [figures.requests for figures in buckets.values()]
        for (name,), buckets in groups.items()
    }
    return JsonResponse({**scope.window.query, "by": by, "series": series})


def breakdown_of(
    window: Window, labels: Mapping[str, str], by: str, order: str, lowest: bool
) -> dict[str, Figures]:
    """Figures by label value, the highest or lowest first; those without a figure come last."""
    groups = by_label(by_label_set(source_of(window, labels)), LABELS[by].column)
    _, value = ORDERS[order]
    return dict(sorted(groups.items(), key=lambda group: _key(value(group[1]), lowest)))


def _rows(request: HttpRequest) -> tuple[Scope, str, list[dict[str, Any]]]:
    scope = scope_of(request)
    by, order, lowest = _asked(request)
    groups = breakdown_of(scope.window, scope.labels, by, order, lowest)
    return scope, by, [{by: name, **as_json(figures)} for name, figures in groups.items()]


def _asked(request: HttpRequest) -> tuple[str, str, bool]:
    """The label, the column that is sorted by, and whether the lowest come first."""
    by, order = request.GET.get("by", "model"), request.GET.get("order", "requests")
    if by not in LABELS:
        raise BadQuery(f"by must be one of {', '.join(LABELS)}.")
    if order not in ORDERS:
        raise BadQuery(f"order must be one of {', '.join(ORDERS)}.")
    return by, order, request.GET.get(FIRST) == LOWEST


def _key(value: Any, lowest: bool) -> tuple[bool, float]:
    return (value is None, float(value or 0) if lowest else -float(value or 0))
