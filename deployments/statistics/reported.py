"""What Lambda reported in one step of time, added up. Pure values."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from deployments.statistics.shares import Share

REQUEST, KEEP_WARM, UNKNOWN = "request", "keep_warm", "unknown"


class Reported(NamedTuple):
    """The invocations of a deployment by one caller (a `LambdaReport.Invocation`) in the hour or
    minute from `starts_at`; `gb_s` is what is paid for."""

    deployment_id: int
    starts_at: datetime
    invocation: str
    calls: int
    cold_starts: int
    gb_s: float


def requests(reported: Iterable[Reported]) -> Share:
    """How many requests there were, and how many of them found no environment ready."""
    steps = [step for step in reported if step.invocation == REQUEST]
    return Share(sum(step.cold_starts for step in steps), sum(step.calls for step in steps))
