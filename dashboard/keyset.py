"""Pages of requests by key: each page costs the same, and none needs a COUNT(*)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from dashboard.errors import BadQuery
from tracking.models import AIRequest
from tracking.querysets import AIRequestQuerySet

PAGE_LENGTH = 50
# The parameter, the column, whether it falls, and how people call the order.
SORTS = {
    "newest": ("received_at", True, "Newest first"),
    "oldest": ("received_at", False, "Oldest first"),
    "slowest": ("duration_ms", True, "Slowest first"),
}


class Page(NamedTuple):
    """`after` is the key that the next page starts behind; empty on the last page."""

    requests: list[AIRequest]
    after: str


def sort_of(query: Mapping[str, str]) -> str:
    sort = query.get("sort", "newest")
    if sort not in SORTS:
        raise BadQuery(f"sort must be one of {', '.join(SORTS)}.")
    return sort


def page_of(
    requests: AIRequestQuerySet, sort: str, after: str = "", length: int = PAGE_LENGTH
) -> Page:
    """Ties are broken by id, so that no request is shown twice or left out."""
    column, falling, _ = SORTS[sort]
    sign = "-" if falling else ""
    ordered = requests.order_by(f"{sign}{column}", f"{sign}id")
    if after:
        ordered = _behind(ordered, column, falling, after)
    found = list(ordered[: length + 1])
    return Page(found[:length], _key(found[length - 1], column) if len(found) > length else "")


def every(requests: AIRequestQuerySet, sort: str, length: int) -> Iterator[AIRequest]:
    """All of them, a page in memory at a time: a pooler allows no server-side cursor."""
    page = page_of(requests, sort, length=length)
    yield from page.requests
    while page.after:
        page = page_of(requests, sort, page.after, length)
        yield from page.requests


def _behind(
    requests: AIRequestQuerySet, column: str, falling: bool, after: str
) -> AIRequestQuerySet:
    value, id_ = _read(column, after)
    beyond, edge = ("lte", "gte") if falling else ("gte", "lte")
    requests = requests.filter(**{f"{column}__{beyond}": value})
    return requests.exclude(**{column: value, f"id__{edge}": id_})


def _key(ai_request: AIRequest, column: str) -> str:
    value = getattr(ai_request, column)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"{text}_{ai_request.pk}"


def _read(column: str, after: str) -> tuple[Any, int]:
    text, _, id_ = after.rpartition("_")
    read: Any = float if column == "duration_ms" else datetime.fromisoformat
    try:
        value, number = read(text), int(id_)
    except ValueError:
        raise BadQuery("after must be a key that a page gave.") from None
    if not 0 <= number < 2**63 or (isinstance(value, datetime) and value.tzinfo is None):
        raise BadQuery("after must be a key that a page gave.")
    return value, number
