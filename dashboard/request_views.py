"""The list of requests, its exports, and one request."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from dashboard import export
from dashboard.access import page
from dashboard.distribution import histogram, share_below, span_ms
from dashboard.keyset import SORTS, every, page_of, sort_of
from dashboard.page import Chip, chip, label_chips, render_page
from dashboard.request_filter import FAILED, RANGES, request_filter_of
from dashboard.scope import LABEL_PARAMETERS, Scope, scope_of
from dashboard.sources import source_of
from dashboard.window import Window, ceil
from tracking.models import AIRequest, LabelSet
from tracking.periods import DAY
from tracking.querysets import AIRequestQuerySet

TIMELINE_LENGTH = 100


@page
def request_list(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    sort = sort_of(request.GET.dict())
    found = page_of(_requests(request, scope), sort, request.GET.get("after", ""))
    context = {
        **found._asdict(),
        "sort": sort,
        "sorts": [(key, word) for key, (_, _, word) in SORTS.items()],
        "choices": _choices(request),
        "ranges": [(key, RANGES[key][2], request.GET.get(key, "")) for key in RANGES],
        "failed": request.GET.get(FAILED) == "1",
        "search": request.GET.get("q", ""),
        "chips": _chips(request),
    }
    return render_page(request, "dashboard/requests.html", scope, "Requests", **context)


@page
def request_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    scope = scope_of(request)
    requests = every(_requests(request, scope), sort_of(request.GET.dict()), export.CHUNK)
    lines = export.as_csv(requests) if kind == "csv" else export.as_json(requests)
    content_type = "text/csv; charset=utf-8" if kind == "csv" else "application/json"
    name = f"requests-{scope.window.since:%Y%m%d}-{scope.window.until:%Y%m%d}.{kind}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=content_type, headers=disposition)


@page
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    scope = scope_of(request)
    ai_request = get_object_or_404(AIRequest, pk=pk)
    model = source_of(_month(ai_request), {"request_model": ai_request.request_model}).total()
    context = {
        "ai_request": ai_request,
        "model_figures": model,
        "columns": histogram(model.bins, ai_request.duration_ms),
        "span": span_ms(model.bins, ai_request.duration_ms),
        "fields": _fields(ai_request),
        "share_below": share_below(model.bins, ai_request.duration_ms),
        "timeline": _timeline(ai_request),
    }
    return render_page(request, "dashboard/request.html", scope, "Request", **context)


def _requests(request: HttpRequest, scope: Scope) -> AIRequestQuerySet:
    window = scope.window
    between = AIRequest.objects.between(window.since, window.until)
    return request_filter_of(request.GET.dict()).apply(between)


def _month(ai_request: AIRequest) -> Window:
    """The 30 days in UTC that end with the request's day."""
    until = ceil(ai_request.received_at + timedelta(microseconds=1), DAY)
    return Window(until - 30 * DAY, until)


def _timeline(ai_request: AIRequest) -> list[AIRequest]:
    """Looked for within a day, by time: an index for it would slow every stored record."""
    if not ai_request.conversation_id:
        return []
    conversation = AIRequest.objects.filter(conversation_id=ai_request.conversation_id)
    same = conversation.filter(business_id=ai_request.business_id)
    around = same.between(ai_request.received_at - DAY, ai_request.received_at + DAY)
    return list(around.order_by("received_at", "id")[:TIMELINE_LENGTH])


def _fields(ai_request: AIRequest) -> list[tuple[str, Any]]:
    """What was sent, in words; what wasn't is left out."""
    found = [
        (_units(name), getattr(ai_request, name))
        for name in export.COLUMNS
        if name not in ("id", "metadata")
    ]
    return [(word, _word(value)) for word, value in found if value not in (None, "")]


def _units(name: str) -> str:
    """The column's name, with its unit as people write it."""
    word, _, unit = name.rpartition("_")
    unit = {"ms": ", ms", "usd": ", $"}.get(unit, f" {unit}")
    return f"{word}{unit}".strip().replace("_", " ")


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(" ", "milliseconds")
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def _choices(request: HttpRequest) -> list[dict[str, Any]]:
    """Each label's known values, for the pickers."""
    columns = [column for column, _ in LABEL_PARAMETERS.values()]
    rows = list(LabelSet.objects.values_list(*columns))
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return [
        {
            "name": name,
            "word": word,
            "values": sorted(set(known) - {""}),
            "chosen": request.GET.get(name),
        }
        for (name, (_, word)), known in zip(LABEL_PARAMETERS.items(), values, strict=True)
    ]


def _chips(request: HttpRequest) -> list[Chip]:
    words = {name: word for name, (_, _, word) in RANGES.items()} | {"q": "Id", FAILED: "Outcome"}
    others = [
        chip(request, name, word, "failed" if name == FAILED else request.GET[name])
        for name, word in words.items()
        if request.GET.get(name)
    ]
    return label_chips(request) + others
