"""Figures as people read them, and query strings, for templates."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.utils.timezone import localtime, now

from dashboard.frame.scope import NONE, SCOPE_PARAMETERS
from deployments import formats

register = template.Library()
for name in ("about", "count", "duration", "exact", "percent", "signed_percent", "usd"):
    register.filter(name, getattr(formats, name))


@register.filter
def moment(value: datetime) -> str:
    return formats.moment(localtime(value))


@register.filter
def ago(moment: datetime | None) -> str:
    return formats.ago(moment, now())


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters replaced; None takes one out.

    The page of a list and the request opened beside it stay only where they are named.
    """
    request: HttpRequest = context["request"]
    return _query(request.GET.dict().items(), {"after": None, "open": None, **changes})


@register.simple_tag(takes_context=True)
def scope_query(context: dict[str, Any], **changes: Any) -> str:
    """Another page's query string: this one's window and labels, some of them replaced."""
    request: HttpRequest = context["request"]
    return _query(_scope(request), changes)


@register.simple_tag(takes_context=True)
def label_query(context: dict[str, Any], parameter: str, value: str) -> str:
    """The same with one label, whose name is a variable; no value asks for those without."""
    return _query(_scope(context["request"]), {parameter: value or NONE})


def _scope(request: HttpRequest) -> Iterable[tuple[str, str]]:
    return [(name, value) for name, value in request.GET.dict().items() if name in SCOPE_PARAMETERS]


def _query(kept: Iterable[tuple[str, str]], changes: Mapping[str, Any]) -> str:
    merged = {**dict(kept), **changes}
    return "?" + urlencode({name: value for name, value in merged.items() if value is not None})
