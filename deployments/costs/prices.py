"""Every price that the cost model uses: one table, each with its date and its source.

To change one for all deployments, edit its line; for one deployment, name it in the
deployment's prices in the admin; for one calculation, change it on the page. US East
(N. Virginia), on demand, Linux, without tax, first volume tier. On `as_of` the amount was last
compared with public copies of AWS's price list (Lambda's of September 2026) and with Neon's own
documentation (of November 2026), not with the live pages; `source` is the page that decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

LAMBDA = "https://aws.amazon.com/lambda/pricing/"
API_GATEWAY = "https://aws.amazon.com/api-gateway/pricing/"
CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
EC2 = "https://aws.amazon.com/ec2/pricing/on-demand/"
EBS = "https://aws.amazon.com/ebs/pricing/"
VPC = "https://aws.amazon.com/vpc/pricing/"
FREE_TIER = "https://aws.amazon.com/free/"
NEON = "https://neon.com/docs/introduction/plans"

AS_OF = date(2026, 11, 24)
INIT = "Init is billed since 2025-08-01."
NEVER_ENDS = "For every account, without end; not with provisioned concurrency."
FIRST_YEAR = "First 12 months of accounts made before 2025-07-15; newer ones get credits instead."


@dataclass(frozen=True)
class Price:
    """`amount` in US dollars for one `unit`; of allowances, the units that are free a month."""

    name: str
    amount: float
    unit: str
    source: str
    note: str = ""
    as_of: date = AS_OF

    @property
    def words(self) -> str:
        """ "Lambda GB-s x86-64" of `lambda_gb_s_x86_64`."""
        text = self.name
        for part, word in _SPELLED:
            text = text.replace(part, word)
        return text[0].upper() + text[1:]

    @property
    def meaning(self) -> str:
        """Of the amount: "US dollars per GB-s", "GB-s a month, free"."""
        return self.unit if self.unit.endswith("free") else f"US dollars per {self.unit}"


_SPELLED = (
    *(("gb_s", "GB-s"), ("x86_64", "x86-64"), ("http_api", "HTTP API"), ("rest_api", "REST API")),
    *(("lambda", "Lambda"), ("ec2", "EC2"), ("ebs", "EBS"), ("ipv4", "IPv4"), ("neon", "Neon")),
    *(("_gb", " GB"), ("cu_hour", "CU-hour"), ("_", " ")),
)
TABLE = (
    Price("lambda_requests", 0.20, "million requests", LAMBDA),
    Price("lambda_gb_s_x86_64", 0.0000166667, "GB-s", LAMBDA, INIT),
    Price("lambda_gb_s_arm64", 0.0000133334, "GB-s", LAMBDA, INIT),
    Price("lambda_free_requests", 1_000_000, "requests a month, free", LAMBDA, NEVER_ENDS),
    Price("lambda_free_gb_s", 400_000, "GB-s a month, free", LAMBDA, NEVER_ENDS),
    Price("provisioned_gb_s_x86_64", 0.0000041667, "GB-s kept ready", LAMBDA),
    Price("provisioned_gb_s_arm64", 0.0000033334, "GB-s kept ready", LAMBDA),
    Price("provisioned_duration_gb_s_x86_64", 0.0000097222, "GB-s run", LAMBDA),
    Price("provisioned_duration_gb_s_arm64", 0.0000077778, "GB-s run", LAMBDA),
    Price("http_api_requests", 1.00, "million requests", API_GATEWAY, "In steps of 512 KB."),
    Price("rest_api_requests", 3.50, "million requests", API_GATEWAY),
    Price("log_gb", 0.50, "GB of logs taken in", CLOUDWATCH, "Standard class; keeping is extra."),
    Price("log_free_gb", 5, "GB of logs a month, free", CLOUDWATCH, "Taken in, kept and read."),
    Price("ec2_hour_t2.micro", 0.0116, "hour", EC2, "1 vCPU, 1 GiB"),
    Price("ec2_hour_t2.small", 0.023, "hour", EC2, "1 vCPU, 2 GiB"),
    Price("ec2_hour_t3.micro", 0.0104, "hour", EC2, "2 vCPU, 1 GiB"),
    Price("ec2_hour_t3.small", 0.0208, "hour", EC2, "2 vCPU, 2 GiB"),
    Price("ec2_hour_t3.medium", 0.0416, "hour", EC2, "2 vCPU, 4 GiB"),
    Price("ec2_hour_t4g.micro", 0.0084, "hour", EC2, "2 vCPU, 1 GiB, arm64"),
    Price("ec2_hour_t4g.small", 0.0168, "hour", EC2, "2 vCPU, 2 GiB, arm64"),
    Price("ec2_hour_t4g.medium", 0.0336, "hour", EC2, "2 vCPU, 4 GiB, arm64"),
    Price("ec2_free_hours", 750, "hours of a t2.micro or t3.micro, free", FREE_TIER, FIRST_YEAR),
    Price("ebs_gb_month", 0.08, "GB-month, gp3", EBS, "With 3,000 IOPS and 125 MB/s."),
    Price("ebs_free_gb", 30, "GB-months, free", FREE_TIER, FIRST_YEAR),
    Price("public_ipv4_hour", 0.005, "hour", VPC, "Since 2024-02-01, also when in use."),
    Price("public_ipv4_free_hours", 750, "hours a month, free", FREE_TIER, FIRST_YEAR),
    Price("neon_cu_hour", 0.106, "CU-hour awake", NEON, "Launch plan, no minimum fee."),
    Price("neon_gb_month", 0.35, "GB-month", NEON, "Launch plan."),
    Price("neon_free_cu_hours", 100, "CU-hours a month, free", NEON, "Free plan, each project."),
    Price("neon_free_gb", 0.5, "GB, free", NEON, "Free plan, each project."),
)

BY_NAME = {price.name: price for price in TABLE}
EC2_HOUR = "ec2_hour_"
# A deployment may run on a type that the table hasn't, if it says what that costs.
OWN_TYPE = re.compile(rf"{EC2_HOUR}[a-z0-9.-]{{2,32}}\Z")

Prices = Mapping[str, float]


def prices(overrides: Mapping[str, float] | None = None) -> dict[str, float]:
    """Amounts by name; `overrides` replaces some. ValueError names a wrong override."""
    for name, amount in (overrides or {}).items():
        if name not in BY_NAME and not OWN_TYPE.match(name):
            raise ValueError(f"{name} is no price; the names are {', '.join(BY_NAME)}.")
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise ValueError(f"{name} must be a number of dollars (or of free units).")
        if not 0 <= amount < 1e9:
            raise ValueError(f"{name} must lie between 0 and a thousand million.")
    return {**{name: price.amount for name, price in BY_NAME.items()}, **(overrides or {})}


def instance_types(prices: Prices) -> list[str]:
    """Those with a price, in the table's order."""
    return [name.removeprefix(EC2_HOUR) for name in prices if name.startswith(EC2_HOUR)]
