"""What a month costs on Lambda and on EC2, at the user's own traffic. Pure functions.

A month of traffic has 30 days and a month of hours 730, as AWS's own examples count them.
"""

from dataclasses import dataclass
from typing import Literal

from deployments.prices import Prices

DAYS = 30
HOURS = 730
SECONDS = HOURS * 3_600
MILLION = 1e6

Architecture = Literal["x86_64", "arm64"]
Gateway = Literal["none", "http_api", "rest_api"]


@dataclass(frozen=True)
class Traffic:
    """What arrives, whichever host answers it."""

    requests_per_day: float
    duration_ms: float = 200.0

    @property
    def requests(self) -> float:
        return self.requests_per_day * DAYS


@dataclass(frozen=True)
class LambdaPlan:
    """A function: how large it is and what stands around it.

    `init_ms` is what one cold start adds to the bill, `cold_share` (0 to 1) of the requests
    have one. Keep-warm calls run `keep_warm_ms` and pass no gateway. With provisioned
    environments, requests are taken to fit into them.
    """

    memory_mb: int = 512
    architecture: Architecture = "x86_64"
    gateway: Gateway = "none"
    free_tier: bool = False
    init_ms: float = 0.0
    cold_share: float = 0.0
    keep_warm_per_day: float = 0.0
    keep_warm_ms: float = 2.0
    log_bytes_per_request: float = 0.0
    provisioned_environments: int = 0


@dataclass(frozen=True)
class ContainerPlan:
    """Machines that run all the month, each with a disk and, if reached directly, an address."""

    instance_type: str = "t2.micro"
    instances: int = 1
    disk_gb: float = 0.0
    public_ipv4: bool = False
    free_hours: bool = False


@dataclass(frozen=True)
class DatabasePlan:
    """Neon: hours awake a month, at so many compute units, and what is stored."""

    awake_hours: float = 0.0
    compute_units: float = 0.25
    stored_gb: float = 0.0


@dataclass(frozen=True)
class Line:
    """One line of the bill; `quantity` is what is paid for, after what is free."""

    name: str
    quantity: float
    unit: str
    usd: float


def total_usd(lines: list[Line]) -> float:
    return sum(line.usd for line in lines)


def gb_seconds(traffic: Traffic, plan: LambdaPlan) -> float:
    """Of requests, cold starts and keep-warm calls, before what is free."""
    request_ms = traffic.duration_ms + plan.cold_share * plan.init_ms
    calls_ms = traffic.requests * request_ms + _keep_warm_calls(plan) * plan.keep_warm_ms
    return calls_ms / 1_000 * plan.memory_mb / 1_024


def invocations(traffic: Traffic, plan: LambdaPlan) -> float:
    return traffic.requests + _keep_warm_calls(plan)


def lambda_cost(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> list[Line]:
    return [
        _compute(traffic, plan, prices),
        _requests(traffic, plan, prices),
        *_gateway(traffic, plan, prices),
        *_provisioned(plan, prices),
        _logs(traffic, plan, prices),
    ]


def invocations_usd(
    invocations: float, gb_s: float, architecture: Architecture, prices: Prices
) -> float:
    """Of calls past what is free, whoever made them."""
    compute = gb_s * prices[f"lambda_gb_s_{architecture}"]
    return compute + invocations * prices["lambda_requests"] / MILLION


def container_cost(plan: ContainerPlan, prices: Prices) -> list[Line]:
    hours = plan.instances * HOURS
    paid = max(0.0, hours - (prices["ec2_free_hours"] if plan.free_hours else 0))
    addresses = hours if plan.public_ipv4 else 0
    return [
        _line("EC2 hours", paid, "hours", prices[f"ec2_hour_{plan.instance_type}"]),
        _line("Disk", plan.instances * plan.disk_gb, "GB-months", prices["ebs_gb_month"]),
        _line("Public IPv4", addresses, "hours", prices["public_ipv4_hour"]),
    ]


def database_cost(plan: DatabasePlan, prices: Prices) -> list[Line]:
    """The same for both hosts, unless one keeps the database awake."""
    units = plan.awake_hours * plan.compute_units
    return [
        _line("Database awake", units, "CU-hours", prices["neon_cu_hour"]),
        _line("Database storage", plan.stored_gb, "GB-months", prices["neon_gb_month"]),
    ]


def _compute(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> Line:
    kind = "provisioned_duration_gb_s" if plan.provisioned_environments else "lambda_gb_s"
    free = prices["lambda_free_gb_s"] if _free(plan) else 0
    paid = max(0.0, gb_seconds(traffic, plan) - free)
    return _line("Lambda compute", paid, "GB-s", prices[f"{kind}_{plan.architecture}"])


def _requests(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> Line:
    free = prices["lambda_free_requests"] if _free(plan) else 0
    paid = max(0.0, invocations(traffic, plan) - free)
    return _line("Lambda requests", paid, "requests", prices["lambda_requests"] / MILLION)


def _free(plan: LambdaPlan) -> bool:
    """Lambda's free tier leaves functions with provisioned concurrency out."""
    return plan.free_tier and not plan.provisioned_environments


def _gateway(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> list[Line]:
    if plan.gateway == "none":
        return []
    price = prices[f"{plan.gateway}_requests"] / MILLION
    return [_line("API Gateway", traffic.requests, "requests", price)]


def _provisioned(plan: LambdaPlan, prices: Prices) -> list[Line]:
    if not plan.provisioned_environments:
        return []
    ready = plan.provisioned_environments * plan.memory_mb / 1_024 * SECONDS
    price = prices[f"provisioned_gb_s_{plan.architecture}"]
    return [_line("Provisioned concurrency", ready, "GB-s", price)]


def _logs(traffic: Traffic, plan: LambdaPlan, prices: Prices) -> Line:
    written = invocations(traffic, plan) * plan.log_bytes_per_request / 1e9
    free = prices["log_free_gb"] if plan.free_tier else 0
    return _line("Logs", max(0.0, written - free), "GB", prices["log_gb"])


def _keep_warm_calls(plan: LambdaPlan) -> float:
    return plan.keep_warm_per_day * DAYS


def _line(name: str, quantity: float, unit: str, price: float) -> Line:
    return Line(name, quantity, unit, quantity * price)
