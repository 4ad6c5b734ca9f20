"""What is compared: traffic, a function, machines, and the database behind both. Plain values.

Each input is declared once, as a field of its plan: what it is while nobody knows better, what it
may be, and how it is called. The defaults are this service's: behind an HTTP API, against a small
machine with a disk and an address of its own, Neon behind both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from deployments.costs.prices import Prices, instance_types

DAYS = 30
YES_NO = ("yes", "no")

Architecture = Literal["x86_64", "arm64"]
Gateway = Literal["none", "http_api", "rest_api"]
Database = Literal["neon_launch", "neon_free", "none"]
ContainerDatabase = Literal["same", "own"]


@dataclass(frozen=True)
class Input:
    """A number from `low` to `high`, or one of `options`; without either, a priced EC2 type."""

    label: str
    low: float = 0
    high: float = 0
    whole: bool = False
    options: tuple[str, ...] = ()
    hint: str = ""

    @property
    def is_number(self) -> bool:
        return self.high > self.low

    def choices(self, prices: Prices) -> tuple[str, ...]:
        """What may be chosen where it isn't a number."""
        return self.options or tuple(instance_types(prices))

    def value_of(self, name: str, text: str, prices: Prices) -> Any:
        """ValueError says what it may be."""
        if self.is_number:
            number = _bounded(name, text, self.low, self.high, self.whole)
            return int(number) if self.whole else number
        choices = self.choices(prices)
        if text not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}.")
        return text == "yes" if choices == YES_NO else text


def _number(default: float | None, label: str, low: float, high: float, **more: Any) -> Any:
    return _asked(default, Input(label, low, high, **more))


def _choice(default: str, label: str, options: Any) -> Any:
    return _asked(default, Input(label, options=get_args(options)))


def _yes_no(default: bool, label: str, hint: str = "") -> Any:
    return _asked(default, Input(label, options=YES_NO, hint=hint))


def _asked(default: Any, asked: Input) -> Any:
    return field(default=default, metadata={"input": asked})


@dataclass(frozen=True)
class Traffic:
    """What arrives, whichever host answers it. A scrape of /metrics is a request, too."""

    requests_per_day: float = _number(1_000, "Requests a day", 0, 1e8)
    duration_ms: float = _number(200, "Duration, warm, in ms", 1, 900_000)
    scrapes_per_day: float = _number(
        0,
        "Scrapes of /metrics a day",
        0,
        86_400,
        hint="1,440 is one a minute, as in monitoring/prometheus.yml.",
    )

    @property
    def requests(self) -> float:
        """A month's."""
        return (self.requests_per_day + self.scrapes_per_day) * DAYS


@dataclass(frozen=True)
class LambdaPlan:
    """A function: how large it is and what stands around it.

    `cold_share` (0 to 1) of the requests start an environment: each adds `init_ms` to the bill
    and then runs `cold_duration_ms` (None: as long as a warm one). Keep-warm calls run
    `keep_warm_ms` and pass no gateway. With provisioned environments, requests are taken to fit
    into them.
    """

    memory_mb: int = _number(512, "Memory in MB", 128, 10_240, whole=True)
    architecture: Architecture = _choice("x86_64", "Architecture", Architecture)
    gateway: Gateway = _choice("http_api", "Gateway", Gateway)
    cold_share: float = _number(0.0, "Share of cold starts, 0 to 1", 0, 1)
    init_ms: float = _number(0.0, "Init of a cold start in ms", 0, 60_000)
    cold_duration_ms: float | None = _number(
        None, "Duration, cold, after init, in ms", 1, 900_000, hint="Empty: as long as a warm one."
    )
    keep_warm_per_day: float = _number(288, "Keep-warm calls a day", 0, 86_400)
    keep_warm_ms: float = 2.0
    log_bytes_per_request: float = _number(500, "Log bytes a request", 0, 1_000_000)
    provisioned_environments: int = _number(0, "Provisioned environments", 0, 1_000, whole=True)
    free_tier: bool = _yes_no(False, "Subtract the free tier")


@dataclass(frozen=True)
class ContainerPlan:
    """Machines that run all the month, each with a disk and, if reached directly, an address.

    `free_hours` is the first year of an AWS account made before 2025-07-15.
    """

    instance_type: str = _asked("t2.micro", Input("EC2 instance type"))
    instances: int = _number(1, "Instances", 1, 1_000, whole=True)
    disk_gb: float = _number(8, "Disk in GB, each", 0, 10_000)
    public_ipv4: bool = _yes_no(True, "Public IPv4 address")
    free_hours: bool = _yes_no(
        False, "First free year", hint="Only of AWS accounts made before 15 July 2025."
    )


@dataclass(frozen=True)
class DatabasePlan:
    """Neon behind both hosts, or the container's `own` on its machine.

    `awake_hours` a month; None: it follows from the traffic.
    """

    database: Database = _choice("neon_launch", "Database", Database)
    container_database: ContainerDatabase = _choice(
        "same", "The container's database", ContainerDatabase
    )
    awake_hours: float | None = _number(
        None, "Hours awake a month", 0, 730, hint="Empty: follows from requests and scrapes."
    )
    compute_units: float = _number(0.25, "Compute units (CU)", 0.25, 56)
    stored_gb: float = _number(0.5, "Stored GB", 0, 16_000)


@dataclass(frozen=True)
class Scenario:
    """All that a comparison needs beside the prices."""

    traffic: Traffic = Traffic()
    function: LambdaPlan = LambdaPlan()
    machines: ContainerPlan = ContainerPlan()
    database: DatabasePlan = DatabasePlan()

    def at(self, requests_per_day: float) -> "Scenario":
        """The same plans at other traffic."""
        return replace(self, traffic=replace(self.traffic, requests_per_day=requests_per_day))

    @property
    def inputs(self) -> dict[str, Any]:
        """Their values by name, of all plans together."""
        plans = [getattr(self, part) for part in PLANS]
        return {name: getattr(plan, name) for plan in plans for name in inputs_of(type(plan))}


PLANS: dict[str, type[Any]] = {
    "traffic": Traffic,
    "function": LambdaPlan,
    "machines": ContainerPlan,
    "database": DatabasePlan,
}


def inputs_of(plan: type[Any]) -> dict[str, Input]:
    """By name. No two plans have one of the same name, so that a query string can hold them all."""
    return {each.name: each.metadata["input"] for each in fields(plan) if each.metadata}


INPUTS = {name: asked for plan in PLANS.values() for name, asked in inputs_of(plan).items()}


def scenario_of(query: Mapping[str, str], known: Mapping[str, Any], prices: Prices) -> Scenario:
    """`known` is what is known of the user's own traffic; ValueError names a wrong input."""
    chosen = dict(known)
    for name, asked in INPUTS.items():
        text = query.get(name, "").strip()
        if text:
            chosen[name] = asked.value_of(name, text, prices)
    return Scenario(**{part: _plan(plan, chosen) for part, plan in PLANS.items()})


def overridden_prices(query: Mapping[str, str], prices: Prices) -> dict[str, float]:
    """The prices that the query names; ValueError says how one must be written."""
    return {
        name: _bounded(name, query[name], 0, 1e9) for name in prices if query.get(name, "").strip()
    }


def _plan(plan: type[Any], values: Mapping[str, Any]) -> Any:
    return plan(**{name: values[name] for name in inputs_of(plan) if name in values})


def _bounded(name: str, text: str, low: float, high: float, whole: bool = False) -> float:
    try:
        number = float(text[:32])
    except ValueError:
        number = low - 1
    if not low <= number <= high or (whole and number != int(number)):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} must be {kind} from {_plain(low)} to {_plain(high)}.")
    return number


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"
