"""One request: its place among the others, its conversation and all its fields."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from dashboard.figures.distribution import bounds_ms, histogram, share_below
from dashboard.figures.sources import source_of
from dashboard.frame.window import Window, ceil
from dashboard.requests.export import COLUMNS
from tracking.models import AIRequest
from tracking.store.periods import DAY

TIMELINE_LENGTH = 100


def details_of(ai_request: AIRequest) -> dict[str, Any]:
    """What `requests/details.html` shows."""
    model = source_of(_month(ai_request), {"request_model": ai_request.request_model}).total()
    return {
        "ai_request": ai_request,
        "model_figures": model,
        "columns": histogram(model.bins, ai_request.duration_ms),
        "bounds_ms": bounds_ms(model.bins, ai_request.duration_ms),
        "fields": _fields(ai_request),
        "below": share_below(model.bins, ai_request.duration_ms),
        "timeline": _timeline(ai_request),
    }


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
    shown = [name for name in COLUMNS if name not in ("id", "metadata")]
    sent = [(name, getattr(ai_request, name)) for name in shown]
    return [(_units(name), _word(value)) for name, value in sent if value not in (None, "")]


def _units(name: str) -> str:
    """The column's name, with its unit as people write it."""
    word, _, unit = name.rpartition("_")
    unit = {"ms": ", ms", "usd": ", $"}.get(unit, f" {unit}")
    words = f"{word}{unit}".strip().replace("_", " ")
    return words.capitalize().replace("Ai ", "AI ")


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(" ", "milliseconds")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
