"""What every page of the dashboard shows around its own content."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.frame.navigation import is_about_hosts
from dashboard.frame.query import query_string
from dashboard.frame.scope import LABELS, Scope
from dashboard.frame.window import MORE_PRESETS, PRESET_WORDS, PRESETS
from tracking.models import LabelSet


class Chip(NamedTuple):
    """A filter that can be removed: `without` is the page's query string without it."""

    word: str
    value: str
    without: str


def render_page(
    request: HttpRequest, template: str, scope: Scope, title: str, **context: Any
) -> HttpResponse:
    frame = {
        **admin.site.each_context(request),
        "title": title,
        "window": scope.window,
        "zone": scope.zone.key,
        "now": scope.now,
        "presets": [preset for preset in PRESET_WORDS if preset not in MORE_PRESETS],
        "more_presets": MORE_PRESETS.items(),
        "more": MORE_PRESETS.get(scope.window.preset, "" if scope.window.preset else "Custom"),
        "month": PRESETS["30d"],
        "chips": [] if is_about_hosts(request) else label_chips(request),
        # Asked only where a page has nothing to show.
        "any_requests": LabelSet.objects.exists,
    }
    return render(request, template, {**frame, **context})


def label_chips(request: HttpRequest) -> list[Chip]:
    return [
        chip(request, parameter, label.word, request.GET[parameter])
        for parameter, label in LABELS.items()
        if request.GET.get(parameter)
    ]


def chip(request: HttpRequest, parameter: str, word: str, value: str) -> Chip:
    return Chip(word, value, query_string(request, **{parameter: None}))
