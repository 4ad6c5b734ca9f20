"""Pages of requests by key: each page costs the same, and none needs a COUNT(*)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce

from dashboard.frame.query import BadQuery, number_of
from tracking.models import AIRequest
from tracking.querysets import AIRequestQuerySet
from tracking.store.record import COST_MAX_USD, DURATION_MAX_MS

PAGE_LENGTH = 50
# The parameter, the column, whether it falls, and how people call the order.
SORTS = {
    "newest": ("received_at", True, "Newest first"),
    "oldest": ("received_at", False, "Oldest first"),
    "slowest": ("duration_ms", True, "Slowest first"),
    "quickest": ("duration_ms", False, "Quickest first"),
    "dearest": ("priced_usd", True, "Dearest first"),
    "cheapest": ("unpriced_last_usd", False, "Cheapest first"),
}
# The heads of the table that sort it, and what a second click on one does.
REVERSED = {"newest": "oldest", "slowest": "quickest", "dearest": "cheapest"}
FIRST_SORT = "newest"
# A column without an index, which would slow every stored record: each page reads the window.
# Requests that named no cost come last.
UNPRICED = Decimal(-1)
PAST_ALL = Decimal(COST_MAX_USD) + 1
COMPUTED = {
    "priced_usd": Coalesce("cost_usd", UNPRICED),
    "unpriced_last_usd": Coalesce("cost_usd", PAST_ALL),
}
# Of 300 ms for a page this takes 130 ms.
SORTED_AT_MOST = 100_000
COUNTED_AT_MOST = 10_000


class Page(NamedTuple):
    """`after` is the key that the next page starts behind; empty on the last page."""

    requests: list[AIRequest]
    after: str


def sort_of(query: Mapping[str, str]) -> str:
    sort = query.get("sort", FIRST_SORT)
    if sort not in SORTS:
        raise BadQuery(f"sort must be one of {', '.join(SORTS)}.")
    return sort


def too_many_for(sort: str, requests: AIRequestQuerySet) -> bool:
    """Whether there are more requests than the order may read; asks the index of time alone."""
    unindexed = SORTS[sort][0] in COMPUTED
    return unindexed and requests.order_by("received_at")[SORTED_AT_MOST:].exists()


def matches(requests: AIRequestQuerySet) -> int:
    """How many there are, up to one more than are counted."""
    return requests.order_by()[: COUNTED_AT_MOST + 1].count()


def page_of(
    requests: AIRequestQuerySet, sort: str, after: str = "", length: int = PAGE_LENGTH
) -> Page:
    """Ties are broken by id, so that no request is shown twice or left out."""
    column, falling, _ = SORTS[sort]
    sign = "-" if falling else ""
    if column in COMPUTED:
        requests = requests.annotate(**{column: COMPUTED[column]})
    ordered = requests.order_by(f"{sign}{column}", f"{sign}id")
    if after:
        ordered = _behind(ordered, column, falling, after)
    rows = list(ordered[: length + 1])
    return Page(rows[:length], _key(rows[length - 1], column) if len(rows) > length else "")


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
    try:
        value, number = _value(column, text), int(id_)
    except (ValueError, OverflowError):
        raise BadQuery("after must be a key that a page gave.") from None
    if not 0 <= number < 2**63:
        raise BadQuery("after must be a key that a page gave.")
    return value, number


def _value(column: str, text: str) -> Any:
    if column == "received_at":
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("A key has an offset.")
        return moment.astimezone(UTC)
    if column in COMPUTED:
        return UNPRICED if text.startswith("-") else number_of("after", text, float(PAST_ALL))
    return float(number_of("after", text, DURATION_MAX_MS))
