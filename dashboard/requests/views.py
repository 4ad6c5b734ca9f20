"""The list of requests, its exports, and one request."""

import math
from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from dashboard.frame.access import page
from dashboard.frame.page import Chip, chip, label_chips, render_page
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import LABELS, Scope, scope_of
from dashboard.frame.window import Window
from dashboard.requests import export
from dashboard.requests.details import details_of
from dashboard.requests.filter import (
    FAILED,
    MISMATCHED,
    OUTCOME,
    RANGES,
    request_filter_of,
)
from dashboard.requests.pages import (
    COUNTED_AT_MOST,
    FIRST_SORT,
    REVERSED,
    SORTED_AT_MOST,
    SORTS,
    Page,
    every,
    matches,
    page_of,
    sort_of,
    too_many_for,
)
from deployments.formats import count
from tracking.models import AIRequest, LabelSet
from tracking.querysets import AIRequestQuerySet
from tracking.store import deadline
from tracking.store.record import OUTCOMES

ID_DIGITS = 19


@page
def request_list(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    asked = sort_of(request.GET.dict())
    sort = FIRST_SORT if too_many_for(asked, _in(scope.window)) else asked
    after = request.GET.get("after", "")
    requests = _requests(request, scope)
    listed = page_of(requests, sort, after)
    context = {
        **listed._asdict(),
        "sort": sort,
        "heads": {first: _head(sort, first) for first in REVERSED},
        "found": _found(requests, listed) if not after else "",
        "unsorted": sort != asked,
        "sorted_at_most": SORTED_AT_MOST,
        "sorts": [(key, word) for key, (_, _, word) in SORTS.items()],
        "choices": _choices(request),
        "ranges": [(key, RANGES[key][2], request.GET.get(key, "")) for key in RANGES],
        "failed": request.GET.get(FAILED) == "1",
        "outcomes": OUTCOMES,
        "outcome": request.GET.get(OUTCOME, ""),
        "mismatched": request.GET.get(MISMATCHED) == "1",
        "search": request.GET.get("q", ""),
        "chips": _chips(request),
        **_opened(request),
    }
    return render_page(request, "dashboard/requests/requests.html", scope, "Requests", **context)


@page
def request_export(request: HttpRequest, kind: str) -> FileResponse:
    """Complete, or refused: it goes through a file, so that its length is told first. A container
    server ends a stream of unknown length properly also where the database has cut it off."""
    scope = scope_of(request)
    sort = sort_of(request.GET.dict())
    if too_many_for(sort, _in(scope.window)):
        raise BadQuery(f"Over {SORTED_AT_MOST:,} requests can't be sorted by cost.")
    requests = every(_requests(request, scope), sort, export.CHUNK)
    lines = export.as_csv(requests) if kind == "csv" else export.as_json(requests)
    content_type = "text/csv; charset=utf-8" if kind == "csv" else "application/json"
    name = f"requests-{scope.window.since:%Y%m%d}-{scope.window.until:%Y%m%d}.{kind}"
    file = _file_of(line.encode() for line in lines)
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


def _file_of(lines: Iterable[bytes]) -> IO[bytes]:
    """Closed with the answer, and gone then. Takes as long as it takes, if only each answer of the
    database comes in time."""
    file = TemporaryFile()  # noqa: SIM115
    with deadline.within(math.inf):
        file.writelines(lines)
    file.seek(0)
    return file


@page
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    scope = scope_of(request)
    details = details_of(get_object_or_404(AIRequest, pk=pk))
    return render_page(request, "dashboard/requests/request.html", scope, "Request", **details)


def _found(requests: AIRequestQuerySet, first: Page) -> str:
    """How many requests fit; a first page that is the only one tells it itself."""
    fitting = matches(requests) if first.after else len(first.requests)
    if fitting > COUNTED_AT_MOST:
        return f"More than {count(COUNTED_AT_MOST)} requests"
    return f"{count(fitting)} request{'' if fitting == 1 else 's'}"


def _head(sort: str, first: str) -> dict[str, str]:
    """What a click on it sorts by, and how it is sorted now."""
    falling, rising = sort == first, sort == REVERSED[first]
    return {
        "next": REVERSED[first] if falling else first,
        "sorted": "descending" if falling else "ascending" if rising else "",
    }


def _opened(request: HttpRequest) -> dict[str, Any]:
    """The request whose details stand beside the list; it may have been deleted since."""
    text = request.GET.get("open", "")
    if not text:
        return {}
    if not text.isdecimal() or len(text) > ID_DIGITS:
        raise BadQuery("open must be the number of a request.")
    ai_request = AIRequest.objects.filter(pk=int(text)).first()
    return {"open": int(text), **(details_of(ai_request) if ai_request else {})}


def _requests(request: HttpRequest, scope: Scope) -> AIRequestQuerySet:
    return request_filter_of(request.GET.dict()).apply(_in(scope.window))


def _in(window: Window) -> AIRequestQuerySet:
    return AIRequest.objects.between(window.since, window.until)


def _choices(request: HttpRequest) -> list[dict[str, Any]]:
    """Each label's known values, for the pickers."""
    rows = list(LabelSet.objects.values_list(*(label.column for label in LABELS.values())))
    values = zip(*rows, strict=True) if rows else [()] * len(LABELS)
    return [
        {
            "name": name,
            "word": label.word,
            "values": sorted(set(known) - {""}),
            "chosen": request.GET.get(name),
        }
        for (name, label), known in zip(LABELS.items(), values, strict=True)
    ]


def _chips(request: HttpRequest) -> list[Chip]:
    words = {name: word for name, (_, _, word) in RANGES.items()} | {
        "q": "Search",
        FAILED: "Outcome",
        OUTCOME: "Outcome",
        MISMATCHED: "Tokens",
    }
    spoken = {FAILED: "failed", MISMATCHED: "don’t add up"}
    others = [
        chip(request, name, word, spoken.get(name, request.GET[name]))
        for name, word in words.items()
        if request.GET.get(name)
    ]
    return label_chips(request) + others
