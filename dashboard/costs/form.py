"""The inputs of the cost page: what each holds, what it started from, and how to go back."""

from dataclasses import fields as dataclass_fields
from typing import Any, NamedTuple

from django.http import HttpRequest

from dashboard.costs.starts import Compared, Start
from dashboard.frame.query import FRAME, query_string
from dashboard.frame.scope import NONE
from deployments.costs.prices import TABLE, Price, Prices
from deployments.costs.scenario import BOUNDS, Scenario, options_of
from deployments.formats import exact
from deployments.models import Kind

# The most important ones, which have a slider; "log" where each step is the same factor.
MAIN = {
    "requests_per_day": ("Requests a day", "log"),
    "duration_ms": ("Duration, warm, in ms", "log"),
    "memory_mb": ("Memory in MB", "linear"),
    "architecture": ("Architecture", ""),
    "gateway": ("Gateway", ""),
}
MORE = {
    "Lambda": {
        "cold_share": "Share of cold starts, 0 to 1",
        "init_ms": "Init of a cold start in ms",
        "cold_duration_ms": "Duration, cold, after init, in ms",
        "keep_warm_per_day": "Keep-warm calls a day",
        "log_bytes_per_request": "Log bytes a request",
        "provisioned_environments": "Provisioned environments",
        "free_tier": "Subtract the free tier",
    },
    "Container": {
        "instance_type": "EC2 instance type",
        "instances": "Instances",
        "disk_gb": "Disk in GB, each",
        "public_ipv4": "Public IPv4 address",
        "free_hours": "First free year",
    },
    "Database": {
        "database": "Database",
        "container_database": "The container's database",
        "scrapes_per_day": "Scrapes of /metrics a day",
        "awake_hours": "Hours awake a month",
        "compute_units": "Compute units (CU)",
        "stored_gb": "Stored GB",
    },
}
HINTS = {
    "cold_duration_ms": "Empty: as long as a warm one.",
    "awake_hours": "Empty: follows from requests and scrapes.",
    "scrapes_per_day": "1,440 is one a minute, as in monitoring/prometheus.yml.",
    "free_hours": "Only of AWS accounts made before 15 July 2025.",
}
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
    fields = {
        field.name: _field(request, field.name, scenario, starts, prices)
        for field in dataclass_fields(Scenario)
    }
    groups = {
        group: [fields[name]._replace(label=label) for name, label in labels.items()]
        for group, labels in MORE.items()
    }
    return {
        "main_fields": [
            fields[name]._replace(label=word, slider=slider)
            for name, (word, slider) in MAIN.items()
        ],
        "groups": groups,
        "more_open": any(field.changed for group in groups.values() for field in group),
        "undo": query_string(request, *FRAME, "deployment", "container"),
    }


def price_rows(request: HttpRequest, compared: Compared, prices: Prices) -> list[PriceRow]:
    """The whole table, in which each price can be changed for this calculation."""
    rows = []
    for price in TABLE:
        amount, name = compared.prices.get(price.name, (price.amount, ""))
        source = f"from {name}, instead of {text(price.amount)}" if name else ""
        start, now = text(amount), text(prices[price.name])
        without = query_string(request, **{price.name: None})
        rows.append(PriceRow(price, Field(price.name, price.name, now, start, source, without)))
    return rows


def pickers(compared: Compared) -> list[Field]:
    """The choice of deployments; nothing where none is known."""
    found = []
    for name, label, kind, chosen in (
        ("deployment", "Prices and inputs of the function", Kind.LAMBDA, compared.function),
        ("container", "Prices and inputs of the container", Kind.CONTAINER, compared.container),
    ):
        names = [each.name for each in compared.known if each.kind == kind]
        if names:
            start = names[0] if len(names) == 1 else NONE
            value = chosen.name if chosen else NONE
            options = ((NONE, "no deployment"), *((each, each) for each in names))
            source = "the only one" if len(names) == 1 and chosen else ""
            found.append(Field(name, label, value, start, source, "", options=options))
    return found


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
    request: HttpRequest,
    name: str,
    scenario: Scenario,
    starts: dict[str, Start],
    prices: Prices,
) -> Field:
    start = starts.get(name, Start(getattr(Scenario, name), _assumed(name)))
    value = text(getattr(scenario, name))
    without = query_string(request, **{name: None})
    field = Field(name, name, value, text(start.value), start.source, without)
    if name in BOUNDS:
        low, high, _ = BOUNDS[name]
        return field._replace(low=exact(low), high=exact(high), hint=HINTS.get(name, ""))
    options = tuple((option, WORDS.get(option, option)) for option in options_of(name, prices))
    return field._replace(options=options, hint=HINTS.get(name, ""))


def _assumed(name: str) -> str:
    return "assumed" if name in BOUNDS and getattr(Scenario, name) is not None else ""
