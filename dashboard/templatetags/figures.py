"""Figures as people read them, and query strings that keep what they should, for templates."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now

from dashboard.figures.figures import Figures
from dashboard.frame.query import kept, query_string
from dashboard.frame.scope import NONE, PROFILED, SCOPE_PARAMETERS
from deployments import formats
from deployments.statistics.sentences import share

register = template.Library()
for name in ("about", "at_most", "count", "duration", "exact", "percent", "signed_percent", "usd"):
    register.filter(name, getattr(formats, name))
register.filter("share", share)


@register.filter
def moment(value: datetime) -> str:
    return formats.moment(localtime(value))


@register.filter
def ago(then: datetime | None) -> str:
    return formats.ago(then, now())


@register.filter
def cost(figures: Figures) -> str:
    return formats.cost(*figures.priced_cost)


@register.filter
def cost_a_request(figures: Figures) -> str:
    return formats.cost_a_request(*figures.priced_cost)


@register.filter
def cost_a_booking(figures: Figures) -> str:
    return formats.cost_a_booking(figures.appointments_booked, *figures.priced_cost)


@register.filter
def cost_of_one(usd: Decimal | None) -> str:
    """Of a single request."""
    return formats.cost(usd or 0, int(usd is not None), 1)


@register.filter
def percent_of(part: float | None, whole: float | None) -> str:
    """For the width of a bar."""
    return f"{100 * float(part or 0) / float(whole or 1):.1f}"


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own query string with some parameters replaced; None takes one out."""
    return query_string(context["request"], **changes)


@register.simple_tag(takes_context=True)
def scope_query(context: dict[str, Any], **changes: Any) -> str:
    """Another page's query string: this one's window and labels, some of them replaced."""
    return query_string(context["request"], *SCOPE_PARAMETERS, **changes)


@register.simple_tag(takes_context=True)
def label_url(context: dict[str, Any], parameter: str, value: str) -> str:
    """Where the name of a label's value leads: to a page of its own, or to its requests; without
    a value to those that have none."""
    name = parameter if parameter in PROFILED and value else "requests"
    query = scope_query(context, **{parameter: value or NONE})
    return reverse(f"dashboard:{name}") + query


@register.simple_tag(takes_context=True)
def kept_inputs(context: dict[str, Any], **changes: Any) -> SafeString:
    """For a form that asks for the same page: what `query` keeps."""
    return _hidden(kept(context["request"], **changes))


@register.simple_tag(takes_context=True)
def frame_inputs(context: dict[str, Any]) -> SafeString:
    """For a form that has the rest as its own inputs: the window, also where none was named, and
    its zone."""
    return _hidden(kept(context["request"], "tz", **context["window"].query))


def _hidden(parameters: Mapping[str, str]) -> SafeString:
    return format_html_join(
        "", '<input type="hidden" name="{}" value="{}">', list(parameters.items())
    )
