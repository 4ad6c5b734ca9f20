"""What the AI requests cost: by business, by model, by day, and what the month is on course for."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.figures.figures import Figures, cost_change, known_usd
from dashboard.figures.sources import (
    BySet,
    by_label,
    by_label_set,
    source_of,
    sums_over_time,
    total,
)
from dashboard.frame.access import page
from dashboard.frame.csv_file import csv_answer
from dashboard.frame.page import render_page
from dashboard.frame.scope import LABELS, PROFILED, Scope, scope_of
from dashboard.frame.window import day_of
from dashboard.spend.month import MEASURES, Month, Spend, spend_of
from dashboard.spend.sentences import cards_of, verdict_of

CSV_HEAD = ("day", "business", "model", "requests", "unpriced", "total_tokens", "cost_usd")


class Row(NamedTuple):
    """One business or model in the window and in the one before."""

    name: str
    figures: Figures
    before: Figures

    @property
    def change(self) -> float | None:
        return cost_change(self.figures, self.before)


@page
def spend(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    shown, (now, before) = spend_of(scope), _by_set(scope)
    context = {
        "spend": shown,
        "verdict": verdict_of(shown),
        "cards": cards_of(shown),
        "chart": chart_of(shown),
        "days": _days(shown.this),
        "figures": total(now),
        "before": total(before),
        "tables": [(by, LABELS[by], _rows(now, before, by)) for by in PROFILED],
        "words_before": scope.window.words_before(scope.now),
    }
    return render_page(request, "dashboard/spend/spend.html", scope, "AI spend", **context)


@page
def spend_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    now, before = _by_set(scope)
    groups = {
        by: [
            {by: row.name, **_as_json(row.figures), "before": _as_json(row.before)}
            for row in _rows(now, before, by)
        ]
        for by in PROFILED
    }
    return JsonResponse({**scope.window.query, **groups, "month": chart_of(spend_of(scope))})


@page
def spend_csv(request: HttpRequest) -> HttpResponse:
    """A row for each day of the zone, business and model; an empty cost is an unpriced one."""
    scope = scope_of(request)
    return csv_answer("spend", scope.window, CSV_HEAD, _by_day(scope))


def chart_of(shown: Spend) -> dict[str, Any]:
    """Each month's cost up to the end of each of its days; the projection's from today on."""
    return {
        "this": _month_json(shown.this),
        "last": _month_json(shown.last),
        "projection": [
            {"cost_usd": step.value, "low": step.interval.low, "high": step.interval.high}
            for step in shown.path
        ],
        "weeks": shown.on_course.weeks if shown.on_course else 0,
    }


def _month_json(month: Month) -> dict[str, Any]:
    figures = month.figures
    return {
        "name": month.name,
        "since": month.window.since.isoformat(),
        "until": month.window.until.isoformat(),
        **_as_json(figures),
        # Null before the first request.
        "cumulative_usd": [
            cost if month.began and day >= month.began else None
            for day, cost in zip(month.days, month.cumulative, strict=True)
        ],
    }


def _as_json(figures: Figures) -> dict[str, Any]:
    return {
        "requests": figures.requests,
        "unpriced": figures.unpriced,
        "cost_usd": known_usd(figures),
    }


def _days(month: Month) -> list[tuple[Any, Figures, float]]:
    return [
        (day, figures, cumulative)
        for (day, figures), cumulative in zip(month.days.items(), month.cumulative, strict=True)
    ]


def _by_set(scope: Scope) -> tuple[BySet, BySet]:
    windows = (scope.window, scope.window.before(scope.now))
    now, before = (by_label_set(source_of(each, scope.labels), *MEASURES) for each in windows)
    return now, before


def _rows(now: BySet, before: BySet, by: str) -> list[Row]:
    """The dearest first, those that named no cost last; also who cost something before alone."""
    ours, theirs = (by_label(by_set, LABELS[by].column) for by_set in (now, before))
    names = dict.fromkeys((*ours, *theirs))
    rows = [Row(name, ours.get(name, Figures()), theirs.get(name, Figures())) for name in names]
    return sorted(rows, key=lambda row: (not row.figures.priced, -row.figures.cost_usd))


def _by_day(scope: Scope) -> Iterator[tuple[Any, ...]]:
    columns = [LABELS[by].column for by in PROFILED]
    groups = sums_over_time(
        scope.window, scope.labels, scope.now, columns, *MEASURES, "total_tokens"
    )
    days: dict[tuple[str, ...], Figures] = {}
    for (business, model), buckets in groups.items():
        for start, figures in buckets.items():
            key = (day_of(start, scope.zone).isoformat(), business, model)
            days.setdefault(key, Figures()).merge(figures)
    for names, figures in sorted(days.items()):
        if figures.requests:
            cost = f"{figures.cost_usd.normalize():f}" if figures.priced else None
            yield (*names, figures.requests, figures.unpriced, figures.total_tokens, cost)
