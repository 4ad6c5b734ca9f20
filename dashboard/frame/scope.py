"""What a page is about, read from its URL: a window, label values, a zone and the time it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from dashboard.frame.query import FRAME, text_of, zone_of
from dashboard.frame.window import Window, window_of


class Label(NamedTuple):
    """A column of a label set, and how people call one of its values and several."""

    column: str
    word: str
    words: str


# By the parameter of the URL.
LABELS = {
    "model": Label("request_model", "Model", "Models"),
    "business": Label("business_id", "Business", "Businesses"),
    "intent": Label("intent", "Intent", "Intents"),
    "response_type": Label("response_type", "Response type", "Response types"),
    "provider": Label("provider_name", "Provider", "Providers"),
    "error": Label("error_type", "Error", "Errors"),
    "deployment": Label("deployment", "Deployment", "Deployments"),
}
# Labels whose values have a page of their own.
PROFILED = ("business", "model")
SCOPE_PARAMETERS = (*FRAME, *LABELS)
# Asks for the requests without an error or deployment.
NONE = "(none)"


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
        label.column: text_of(query, parameter).replace(NONE, "")
        for parameter, label in LABELS.items()
        if query.get(parameter)
    }
