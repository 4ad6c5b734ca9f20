"""What every page of the dashboard shows around its own content."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.frame.scope import LABEL_PARAMETERS, Scope
from dashboard.frame.window import PRESETS


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
        "presets": PRESETS,
        "kept": _kept(request),
        "chips": label_chips(request),
    }
    return render(request, template, {**frame, **context})


def label_chips(request: HttpRequest) -> list[Chip]:
    return [
        chip(request, parameter, word, request.GET[parameter])
        for parameter, (_, word) in LABEL_PARAMETERS.items()
        if request.GET.get(parameter)
    ]


def chip(request: HttpRequest, parameter: str, word: str, value: str) -> Chip:
    query = request.GET.copy()
    for name in (parameter, "after", "open"):
        query.pop(name, None)
    return Chip(word, value, f"?{query.urlencode()}")


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """Parameters that stay when another window is chosen."""
    dropped = ("window", "since", "until", "after", "open")
    return [(name, value) for name, value in request.GET.dict().items() if name not in dropped]
