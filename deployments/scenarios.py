"""What a cost page is asked for: traffic and both plans, with bounds for each input."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from deployments.costs import Architecture, ContainerPlan, Gateway, LambdaPlan, Traffic
from deployments.prices import INSTANCE_TYPES

# Of each number: the lowest and the highest value, and whether it is whole.
BOUNDS: dict[str, tuple[float, float, bool]] = {
    "requests_per_day": (0, 1e8, False),
    "duration_ms": (1, 900_000, False),
    "memory_mb": (128, 10_240, True),
    "cold_share": (0, 1, False),
    "init_ms": (0, 60_000, False),
    "keep_warm_per_day": (0, 86_400, False),
    "log_bytes_per_request": (0, 1_000_000, False),
    "provisioned_environments": (0, 1_000, True),
    "instances": (1, 1_000, True),
    "disk_gb": (0, 10_000, False),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "architecture": get_args(Architecture),
    "gateway": get_args(Gateway),
    "instance_type": INSTANCE_TYPES,
}


@dataclass(frozen=True)
class Scenario:
    """The defaults are this service's: behind an HTTP API, against a small machine with a disk
    and an address of its own."""

    requests_per_day: float = 1_000
    duration_ms: float = 200
    memory_mb: int = 512
    architecture: Architecture = "x86_64"
    gateway: Gateway = "http_api"
    free_tier: bool = False
    cold_share: float = 0.0
    init_ms: float = 0.0
    keep_warm_per_day: float = 288
    log_bytes_per_request: float = 500
    provisioned_environments: int = 0
    instance_type: str = "t2.micro"
    instances: int = 1
    disk_gb: float = 8
    public_ipv4: bool = True

    @property
    def traffic(self) -> Traffic:
        return Traffic(self.requests_per_day, self.duration_ms)

    @property
    def function(self) -> LambdaPlan:
        return LambdaPlan(**_shared(self, LambdaPlan))

    @property
    def machines(self) -> ContainerPlan:
        return ContainerPlan(**_shared(self, ContainerPlan))


def scenario_of(query: Mapping[str, str], defaults: Mapping[str, Any]) -> Scenario:
    """`defaults` is what is known of the user's own traffic; ValueError names a wrong input."""
    chosen = dict(defaults)
    for field in fields(Scenario):
        text = query.get(field.name, "").strip()
        if text:
            chosen[field.name] = _value(field.name, text)
    return Scenario(**chosen)


def _value(name: str, text: str) -> Any:
    if name in BOUNDS:
        return _number(name, text)
    options = CHOICES.get(name, ("yes", "no"))
    if text not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}.")
    return text if name in CHOICES else text == "yes"


def _number(name: str, text: str) -> float:
    low, high, whole = BOUNDS[name]
    try:
        number = float(text[:32])
    except ValueError:
        number = low - 1
    if not low <= number <= high or (whole and number != int(number)):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} must be {kind} from {low:,.0f} to {high:,.0f}.")
    return int(number) if whole else number


def _shared(scenario: Scenario, plan: type[LambdaPlan] | type[ContainerPlan]) -> dict[str, Any]:
    values = asdict(scenario)
    return {field.name: values[field.name] for field in fields(plan) if field.name in values}
