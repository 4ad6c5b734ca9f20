"""A page's query string: what its parameters mean, and which of them a link keeps."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

from tracking.store.record import ID_MAX

UTC_ZONE = ZoneInfo("UTC")
# What every page has, and keeps on the way to another one.
FRAME = ("window", "since", "until", "tz")
# Where one is in a list.
PLACE = ("after", "open")
NUMBER_MAX_LENGTH = 40
SMALLEST_PLACES = 20


class BadQuery(Exception):
    """A parameter of the URL has no meaning; the message says what would have one."""


def text_of(query: Mapping[str, str], name: str) -> str:
    """A parameter's value, bounded as the stored columns are."""
    text = query.get(name, "").strip()
    if len(text) > ID_MAX or "\x00" in text:
        raise BadQuery(f"{name} must be a text of at most {ID_MAX} characters.")
    return text


def number_of(name: str, text: str, greatest: float) -> Decimal:
    """Raises BadQuery for a parameter that is no number from 0 to `greatest`."""
    try:
        value = Decimal(text[:NUMBER_MAX_LENGTH])
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= Decimal(greatest):
        raise BadQuery(f"{name} must be a number from 0 to {greatest:,.0f}.")
    # No database takes an exponent of any size; behind so many places nothing is stored.
    return value if value and value.adjusted() > -SMALLEST_PLACES else Decimal(0)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """A name that isn't a known zone's is ignored: it comes from the client."""
    for name in (request.GET.get("tz", ""), request.COOKIES.get("tz", "")):
        if name in _zone_names():
            return ZoneInfo(name)
    return UTC_ZONE


def kept(request: HttpRequest, *only: str, **changes: Any) -> dict[str, str]:
    """The page's parameters, or `only` those named. A change replaces one; None takes it out.

    The place in a list stays only where it is named.
    """
    own = {name: value for name, value in request.GET.dict().items() if not only or name in only}
    merged = {**own, **dict.fromkeys(PLACE), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def query_string(request: HttpRequest, *only: str, **changes: Any) -> str:
    """Of what is kept; a lone question mark still takes every parameter out."""
    return f"?{urlencode(kept(request, *only, **changes))}"


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
