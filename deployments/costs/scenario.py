"""What is compared: traffic, a function, machines, and the database behind both. Plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from deployments.costs.prices import Prices, instance_types

DAYS = 30

Architecture = Literal["x86_64", "arm64"]
Gateway = Literal["none", "http_api", "rest_api"]
Database = Literal["neon_launch", "neon_free", "none"]
ContainerDatabase = Literal["same", "own"]


@dataclass(frozen=True)
class Traffic:
    """What arrives, whichever host answers it. A scrape of /metrics is a request, too."""

    requests_per_day: float
    duration_ms: float = 200.0
    scrapes_per_day: float = 0.0

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

    memory_mb: int = 512
    architecture: Architecture = "x86_64"
    gateway: Gateway = "none"
    free_tier: bool = False
    cold_share: float = 0.0
    init_ms: float = 0.0
    cold_duration_ms: float | None = None
    keep_warm_per_day: float = 0.0
    keep_warm_ms: float = 2.0
    log_bytes_per_request: float = 0.0
    provisioned_environments: int = 0


@dataclass(frozen=True)
class ContainerPlan:
    """Machines that run all the month, each with a disk and, if reached directly, an address.

    `free_hours` is the first year of an AWS account made before 2025-07-15.
    """

    instance_type: str = "t2.micro"
    instances: int = 1
    disk_gb: float = 0.0
    public_ipv4: bool = False
    free_hours: bool = False


@dataclass(frozen=True)
class DatabasePlan:
    """Neon behind both hosts, or the container's `own` on its machine.

    `awake_hours` a month; None: it follows from the traffic.
    """

    database: Database = "neon_launch"
    container_database: ContainerDatabase = "same"
    awake_hours: float | None = None
    compute_units: float = 0.25
    stored_gb: float = 0.0


@dataclass(frozen=True)
class Plans:
    """All that a comparison needs beside the prices."""

    traffic: Traffic
    function: LambdaPlan = LambdaPlan()
    machines: ContainerPlan = ContainerPlan()
    database: DatabasePlan = DatabasePlan("none")

    def at(self, requests_per_day: float) -> "Plans":
        """The same plans at other traffic."""
        return replace(self, traffic=replace(self.traffic, requests_per_day=requests_per_day))


# Of each number: the lowest and the highest value, and whether it is whole.
BOUNDS: dict[str, tuple[float, float, bool]] = {
    "requests_per_day": (0, 1e8, False),
    "duration_ms": (1, 900_000, False),
    "scrapes_per_day": (0, 86_400, False),
    "memory_mb": (128, 10_240, True),
    "cold_share": (0, 1, False),
    "init_ms": (0, 60_000, False),
    "cold_duration_ms": (1, 900_000, False),
    "keep_warm_per_day": (0, 86_400, False),
    "log_bytes_per_request": (0, 1_000_000, False),
    "provisioned_environments": (0, 1_000, True),
    "instances": (1, 1_000, True),
    "disk_gb": (0, 10_000, False),
    "awake_hours": (0, 730, False),
    "compute_units": (0.25, 56, False),
    "stored_gb": (0, 16_000, False),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "architecture": get_args(Architecture),
    "gateway": get_args(Gateway),
    "database": get_args(Database),
    "container_database": get_args(ContainerDatabase),
}
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Scenario:
    """The defaults are this service's: behind an HTTP API, against a small machine with a disk
    and an address of its own, Neon behind both. None: it follows from the other inputs."""

    requests_per_day: float = 1_000
    duration_ms: float = 200
    scrapes_per_day: float = 0
    memory_mb: int = 512
    architecture: Architecture = "x86_64"
    gateway: Gateway = "http_api"
    free_tier: bool = False
    cold_share: float = 0.0
    init_ms: float = 0.0
    cold_duration_ms: float | None = None
    keep_warm_per_day: float = 288
    log_bytes_per_request: float = 500
    provisioned_environments: int = 0
    instance_type: str = "t2.micro"
    instances: int = 1
    disk_gb: float = 8
    public_ipv4: bool = True
    free_hours: bool = False
    database: Database = "neon_launch"
    container_database: ContainerDatabase = "same"
    awake_hours: float | None = None
    compute_units: float = 0.25
    stored_gb: float = 0.5

    @property
    def plans(self) -> Plans:
        return Plans(
            Traffic(**self._of(Traffic)),
            LambdaPlan(**self._of(LambdaPlan)),
            ContainerPlan(**self._of(ContainerPlan)),
            DatabasePlan(**self._of(DatabasePlan)),
        )

    def _of(self, plan: type[Any]) -> dict[str, Any]:
        values = asdict(self)
        return {field.name: values[field.name] for field in fields(plan) if field.name in values}


def scenario_of(query: Mapping[str, str], defaults: Mapping[str, Any], prices: Prices) -> Scenario:
    """`defaults` is what is known of the user's own traffic; ValueError names a wrong input."""
    chosen = dict(defaults)
    for field in fields(Scenario):
        text = query.get(field.name, "").strip()
        if text:
            chosen[field.name] = _value(field.name, text, prices)
    return Scenario(**chosen)


def overridden_prices(query: Mapping[str, str], prices: Prices) -> dict[str, float]:
    """The prices that the query names; ValueError says how one must be written."""
    return {
        name: _bounded(name, query[name], 0, 1e9) for name in prices if query.get(name, "").strip()
    }


def options_of(name: str, prices: Prices) -> tuple[str, ...]:
    """What may be chosen where the input isn't a number."""
    if name == "instance_type":
        return tuple(instance_types(prices))
    return CHOICES.get(name, YES_NO)


def _value(name: str, text: str, prices: Prices) -> Any:
    if name in BOUNDS:
        return _number(name, text)
    options = options_of(name, prices)
    if text not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}.")
    return text == "yes" if options == YES_NO else text


def _number(name: str, text: str) -> float:
    low, high, whole = BOUNDS[name]
    number = _bounded(name, text, low, high, whole)
    return int(number) if whole else number


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
