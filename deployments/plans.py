"""What is compared: traffic, a function, machines, and the database behind both. Plain values."""

from dataclasses import dataclass, replace
from typing import Literal

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
