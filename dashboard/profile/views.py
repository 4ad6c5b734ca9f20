"""The page of one business or one model, with its `.json` sibling."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.figures.cards import cards_of
from dashboard.figures.figures import Figures, as_json
from dashboard.figures.sources import by_label, by_label_set, source_of, total
from dashboard.figures.time_chart import chart_context
from dashboard.frame.access import page
from dashboard.frame.page import label_chips, render_page
from dashboard.frame.query import query_string
from dashboard.frame.scope import LABELS, SCOPE_PARAMETERS, Scope, scope_of
from dashboard.frame.window import Window
from dashboard.profile.from_rows import from_rows, lines_of_rows
from dashboard.profile.lines import lines_of
from tracking.models import LabelSet

# What the page of one lists of the other.
OTHER = {"business": "model", "model": "business"}


@page
def profile(request: HttpRequest, by: str) -> HttpResponse:
    """`by` is the parameter that names whose page it is."""
    if not request.GET.get(by):
        return _all_of(request, by)
    scope = scope_of(request)
    column, name = LABELS[by].column, scope.labels[LABELS[by].column]
    shown = _profile_of(scope, LABELS[OTHER[by]].column)
    now, before = (from_rows(each, scope.labels) for each in _windows(scope))
    known = shown.figures.requests or LabelSet.objects.filter(**{column: name}).exists()
    context: dict[str, Any] = {
        **shown._asdict(),
        "cards": cards_of(shown.figures, shown.before, shown.words_before),
        "name": name,
        "by": by,
        "label": LABELS[by],
        "other": OTHER[by],
        "other_label": LABELS[OTHER[by]],
        "whole": shown.figures,
        "known": known,
        "lines": [*lines_of(shown.figures, shown.before), *lines_of_rows(now, before)],
        "missing": {each.missing for each in (now, before) if each.missing},
        **chart_context(request),
    }
    title = f"{LABELS[by].word} {name}"
    # Its own name is the title, not a filter that can be taken away.
    chips = [each for each in label_chips(request) if each.word != LABELS[by].word]
    context["chips"] = chips
    answer = render_page(request, "dashboard/profile/profile.html", scope, title, **context)
    answer.status_code = 200 if known else 404
    return answer


@page
def profile_json(request: HttpRequest, by: str) -> HttpResponse:
    if not request.GET.get(by):
        return _all_of(request, by)
    scope = scope_of(request)
    other = OTHER[by]
    shown = _profile_of(scope, LABELS[other].column)
    now, before = (
        {**window.query, **as_json(figures), **from_rows(window, scope.labels).as_json()}
        for window, figures in zip(_windows(scope), (shown.figures, shown.before), strict=True)
    )
    groups = [{other: name, **as_json(group)} for name, group in shown.groups.items()]
    name = scope.labels[LABELS[by].column]
    return JsonResponse({by: name, **now, "before": before, "groups": groups})


class Profile(NamedTuple):
    """`groups` are of the other label: a business's models, a model's businesses."""

    figures: Figures
    before: Figures
    words_before: str
    groups: dict[str, Figures]


def _profile_of(scope: Scope, other: str) -> Profile:
    by_set = by_label_set(source_of(scope.window, scope.labels))
    figures = total(by_set)
    before = source_of(scope.window.before(scope.now), scope.labels).total()
    return Profile(
        figures=figures,
        before=before,
        words_before=scope.window.words_before(scope.now),
        groups=by_label(by_set, other),
    )


def _windows(scope: Scope) -> tuple[Window, Window]:
    return scope.window, scope.window.before(scope.now)


def _all_of(request: HttpRequest, by: str) -> HttpResponseRedirect:
    query = query_string(request, *SCOPE_PARAMETERS, by=by)
    return redirect(reverse("dashboard:breakdown") + query)
