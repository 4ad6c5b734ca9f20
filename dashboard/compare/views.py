"""Compare the latency and the cost of two of anything."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.compare.comparison import (
    as_rows,
    chart_of,
    compared_of,
    figures_of,
    sentences_of,
)
from dashboard.compare.sides import KINDS, PERIODS, SHOWN, Side, sides_of
from dashboard.figures.sources import by_label, by_label_set, source_of
from dashboard.frame.access import page
from dashboard.frame.csv_file import csv_answer
from dashboard.frame.page import render_page
from dashboard.frame.query import BadQuery, text_of
from dashboard.frame.scope import LABELS, NONE, Scope, scope_of


@page
def compare(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    kind, options = _kind_and_options(request, scope)
    sides = _sides(request, scope, kind, options, *SHOWN)
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": KINDS.items(),
        "options": options.items(),
        "sides": sides,
    }
    context |= _compared(*sides) if sides else {}
    return render_page(
        request, "dashboard/compare/compare.html", scope, "Compare AI latency", **context
    )


@page
def compare_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    kind, options = _kind_and_options(request, scope)
    sides = _sides(request, scope, kind, options)
    rows = compared_of(*sides) if sides else []
    figures = {"sides": figures_of(*sides), "differences": as_rows(rows)}
    sentences = sentences_of(*sides, rows) if sides else []
    return JsonResponse({"of": kind, **figures, "sentences": sentences})


@page
def compare_csv(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    sides = _sides(request, scope, *_kind_and_options(request, scope), *SHOWN)
    rows = as_rows(compared_of(*sides)) if sides else []
    names = [side.word for side in sides]
    head = ("of_a", "of_b", *rows[0]) if rows else ()
    return csv_answer("comparison", scope.window, head, ((*names, *row.values()) for row in rows))


def _compared(a: Side, b: Side) -> dict[str, Any]:
    rows = compared_of(a, b)
    *percentiles, pairs, failed, cost = rows
    return {
        "sentences": sentences_of(a, b, rows),
        "percentiles": percentiles,
        "pairs": pairs,
        "failed": failed,
        "cost": cost,
        "compared_count": sum(row.difference is not None for row in rows),
        "exact": a.exact and b.exact,
        "chart": chart_of(a, b),
    }


def _kind_and_options(request: HttpRequest, scope: Scope) -> tuple[str, dict[str, str]]:
    """What can be picked, the one with most requests first: its parameter and its word."""
    kind = request.GET.get("of", "model")
    if kind not in KINDS:
        raise BadQuery(f"of must be one of {', '.join(KINDS)}.")
    if kind == "period":
        return kind, {key: word for key, (_, word) in PERIODS.items()}
    column = LABELS[kind].column
    labels = {name: value for name, value in scope.labels.items() if name != column}
    names = by_label(by_label_set(source_of(scope.window, labels), "requests"), column)
    return kind, {name or NONE: name or "none" for name in names}


def _sides(
    request: HttpRequest, scope: Scope, kind: str, options: dict[str, str], *measures: str
) -> tuple[Side, Side] | tuple[()]:
    """Both sides, or nothing where there aren't two to compare."""
    keys = list(options)
    chosen = [
        text_of(request.GET.dict(), name) or default
        for name, default in zip(("a", "b"), keys, strict=False)
    ]
    if len(chosen) < 2:
        return ()
    a, b = sides_of(scope, kind, chosen, *measures)
    return a, b
