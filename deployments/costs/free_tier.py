"""How much of a calendar month's free Lambda allowance is used. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from deployments.costs.bills import gb_seconds, invocations
from deployments.costs.prices import Prices
from deployments.costs.scenario import DAYS, Scenario

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Use:
    """Of a monthly allowance, and what the month comes to if it goes on so (None: too early to
    say). A share past 1 is paid for."""

    name: str
    used: float
    projected: float | None
    free: float

    @property
    def share(self) -> float:
        return _share(self.used, self.free)

    @property
    def projected_share(self) -> float | None:
        return None if self.projected is None else _share(self.projected, self.free)


def month_of(now: datetime) -> tuple[datetime, datetime]:
    """The calendar month in UTC, as AWS bills it: its start and its end."""
    start = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, (start + 32 * DAY).replace(day=1)


def use_of(
    used: Mapping[str, float], covered: timedelta, now: datetime, prices: Prices
) -> list[Use]:
    """`used` has invocations and gb_s, which came in the last `covered` part of the month."""
    start, end = month_of(now)
    growth = (end - start) / covered if covered >= DAY else None
    return [
        _use("Requests", used["invocations"], growth, prices["lambda_free_requests"]),
        _use("Compute", used["gb_s"], growth, prices["lambda_free_gb_s"]),
    ]


def estimated(requests: float, scenario: Scenario, now: datetime) -> dict[str, float]:
    """What so many requests since the month began will have used, by the scenario's durations."""
    days = max((now - month_of(now)[0]) / DAY, 1e-9)
    traffic = replace(scenario.traffic, requests_per_day=requests / days)
    return {
        "invocations": invocations(traffic, scenario.function) * days / DAYS,
        "gb_s": gb_seconds(traffic, scenario.function) * days / DAYS,
    }


def _use(name: str, used: float, growth: float | None, free: float) -> Use:
    return Use(name, used, None if growth is None else used * growth, free)


def _share(used: float, free: float) -> float:
    return used / free if free else float(used > 0)
