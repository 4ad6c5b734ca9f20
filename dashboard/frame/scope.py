"""What a page is about, read from its URL: a window, label values, a zone and the time it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from dashboard.frame.query import BadQuery, zone_of
from dashboard.frame.window import Window, window_of
from tracking.store.record import ID_MAX

# The parameter of the URL, the column behind it, and how people call it.
LABEL_PARAMETERS = {
    "business": ("business_id", "Business"),
    "model": ("request_model", "Model"),
    "provider": ("provider_name", "Provider"),
    "intent": ("intent", "Intent"),
    "response_type": ("response_type", "Response type"),
    "error": ("error_type", "Error"),
    "deployment": ("deployment", "Deployment"),
}
SCOPE_PARAMETERS = {"window", "since", "until", "tz", *LABEL_PARAMETERS}
# Asks for the requests without an error or deployment.
NONE = "(none)"
NUMBER_MAX_LENGTH = 40
SMALLEST_PLACES = 20


class Scope(NamedTuple):
    """`labels` maps columns of a label set to the value that is asked for."""

    window: Window
    labels: dict[str, str]
    zone: ZoneInfo
    now: datetime


def scope_of(request: HttpRequest) -> Scope:
    """Raises BadQuery for a parameter that means nothing."""
    now = datetime.now(UTC)
    zone = zone_of(request)
    return Scope(window_of(request.GET, now, zone), labels_of(request.GET), zone, now)


def labels_of(query: Mapping[str, str]) -> dict[str, str]:
    return {
        column: text_of(query, parameter).replace(NONE, "")
        for parameter, (column, _) in LABEL_PARAMETERS.items()
        if query.get(parameter)
    }


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
