"""The inputs of the cost page: what each holds, what it started from, and how to go back."""

from typing import Any, NamedTuple

from django.http import HttpRequest

from dashboard.costs.starts import Hosts, Start
from dashboard.frame.query import FRAME, query_string
from dashboard.frame.scope import NONE
from deployments.costs.prices import TABLE, Price, Prices
from deployments.costs.scenario import (
    INPUTS,
    ContainerPlan,
    DatabasePlan,
    LambdaPlan,
    Scenario,
    Traffic,
    inputs_of,
)
from deployments.formats import exact
from deployments.models import Kind

# The most important ones, with the scale of their slider; "log" where each step is the same factor.
MAIN = {
    "requests_per_day": "log",
    "duration_ms": "log",
    "memory_mb": "linear",
    "architecture": "",
    "gateway": "",
}
GROUPS = {
    "Traffic": Traffic,
    "Lambda": LambdaPlan,
    "Container": ContainerPlan,
    "Database": DatabasePlan,
}
ASSUMED = Scenario().inputs
WORDS = {
    "x86_64": "x86-64",
    "arm64": "Arm (Graviton)",
    "http_api": "HTTP API",
    "rest_api": "REST API",
    "neon_launch": "Neon Launch",
    "neon_free": "Neon Free",
    "same": "the same",
    "own": "its own, on the machine",
}


class Field(NamedTuple):
    """One input; `start` is what it holds unless somebody changes it, `without` the page's query
    string without that change."""

    name: str
    label: str
    value: str
    start: str
    source: str
    without: str
    slider: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    low: str = "0"
    high: str = ""

    @property
    def changed(self) -> bool:
        return self.value != self.start


class PriceRow(NamedTuple):
    price: Price
    field: Field


def form_of(
    request: HttpRequest, scenario: Scenario, starts: dict[str, Start], prices: Prices
) -> dict[str, Any]:
    """The fields by group, for the template."""
    values = scenario.inputs
    fields = {name: _field(request, name, values[name], starts, prices) for name in INPUTS}
    groups = {
        group: [fields[name] for name in inputs_of(plan) if name not in MAIN]
        for group, plan in GROUPS.items()
    }
    return {
        "main_fields": [fields[name] for name in MAIN],
        "groups": groups,
        "more_open": any(field.changed for group in groups.values() for field in group),
        "undo": query_string(request, *FRAME, "deployment", "container"),
    }


def price_rows(request: HttpRequest, hosts: Hosts, prices: Prices) -> list[PriceRow]:
    """The whole table, in which each price can be changed for this calculation."""
    rows = []
    for price in TABLE:
        amount, name = hosts.prices.get(price.name, (price.amount, ""))
        source = f"from {name}, instead of {text(price.amount)}" if name else ""
        start, now = text(amount), text(prices[price.name])
        without = query_string(request, **{price.name: None})
        rows.append(PriceRow(price, Field(price.name, price.name, now, start, source, without)))
    return rows


def pickers(hosts: Hosts) -> list[Field]:
    """The choice of deployments; nothing where none is known."""
    fields = []
    for name, label, kind, chosen in (
        ("deployment", "Prices and inputs of the function", Kind.LAMBDA, hosts.function),
        ("container", "Prices and inputs of the container", Kind.CONTAINER, hosts.container),
    ):
        names = [each.name for each in hosts.known if each.kind == kind]
        if names:
            start = names[0] if len(names) == 1 else NONE
            value = chosen.name if chosen else NONE
            options = ((NONE, "no deployment"), *((each, each) for each in names))
            source = "the only one" if len(names) == 1 and chosen else ""
            fields.append(Field(name, label, value, start, source, "", options=options))
    return fields


def text(value: Any) -> str:
    """As an input holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return exact(value)


def _field(
    request: HttpRequest, name: str, value: Any, starts: dict[str, Start], prices: Prices
) -> Field:
    asked = INPUTS[name]
    start = starts.get(name) or Start(ASSUMED[name], _assumed(name))
    field = Field(
        name,
        asked.label,
        text(value),
        text(start.value),
        start.source,
        query_string(request, **{name: None}),
        slider=MAIN.get(name, ""),
        hint=asked.hint,
    )
    if asked.is_number:
        return field._replace(low=exact(asked.low), high=exact(asked.high))
    options = tuple((option, WORDS.get(option, option)) for option in asked.choices(prices))
    return field._replace(options=options)


def _assumed(name: str) -> str:
    return "assumed" if INPUTS[name].is_number and ASSUMED[name] is not None else ""
