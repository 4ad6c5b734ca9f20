"""What is known for the cost page: which deployments are compared, what its inputs start from, each
with where it came from, and how much of this month's free tier is used."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from dashboard.figures.colours import colours_of_two
from dashboard.figures.sources import source_of
from dashboard.frame.query import BadQuery, text_of
from dashboard.frame.scope import NONE, Scope
from dashboard.frame.window import Window
from deployments.costs.free_tier import Use, estimated, month_of, use_of
from deployments.costs.prices import EC2_HOUR, Prices, prices
from deployments.costs.scenario import INPUTS, Scenario
from deployments.models import Deployment, Kind, LambdaReport
from deployments.querysets import LambdaReportQuerySet

DAY_SECONDS = 86_400


class Start(NamedTuple):
    value: Any
    source: str


class Hosts(NamedTuple):
    """The deployments whose prices and inputs are used, and those that could be; `colours` are of
    the function and of the container."""

    function: Deployment | None
    container: Deployment | None
    known: list[Deployment]
    colours: tuple[int, int]

    def reports(self, since: datetime, until: datetime) -> LambdaReportQuerySet:
        """Of the function that was chosen; of all where none was."""
        reports = LambdaReport.objects.between(since, until)
        return reports.filter(deployment=self.function) if self.function else reports

    @property
    def prices(self) -> dict[str, tuple[float, str]]:
        """What they pay other than the table says, and which of them says so."""
        chosen = [each for each in (self.container, self.function) if each]
        return {
            name: (amount, each.name) for each in chosen for name, amount in each.prices.items()
        }


class Month(NamedTuple):
    """`since` and `until` are of the reports; `requests` of an estimate without them."""

    name: str
    uses: list[Use]
    since: datetime
    until: datetime
    reports: int = 0
    requests: int = 0


def hosts_of(query: Mapping[str, str]) -> Hosts:
    """`deployment` and `container` name them; unnamed, it is the only one of its kind."""
    every = list(Deployment.objects.all())
    known = [each for each in every if each.kind in (Kind.LAMBDA, Kind.CONTAINER)]
    function, container = text_of(query, "deployment"), text_of(query, "container")
    containers = [each for each in known if each.kind == Kind.CONTAINER]
    if any(each.name == function for each in containers):
        function, container = "", container or function
    functions = [each for each in known if each.kind == Kind.LAMBDA]
    chosen = (_pick(functions, function), _pick(containers, container))
    return Hosts(*chosen, known, colours_of_two(every, *chosen))


def known_prices(hosts: Hosts) -> dict[str, float]:
    """The table's, with what the deployments pay instead."""
    try:
        return prices({name: amount for name, (amount, _) in hosts.prices.items()})
    except ValueError as error:
        raise BadQuery(f"The prices of a deployment are wrong: {error}") from error


def starts_of(scope: Scope, hosts: Hosts, amounts: Mapping[str, float]) -> dict[str, Start]:
    """What was measured comes before what somebody wrote down."""
    starts = _of_function(hosts.function) | _of_container(hosts.container, amounts)
    starts |= _of_requests(scope) | _of_reports(scope, hosts)
    return {name: Start(_bounded(name, value), source) for name, (value, source) in starts.items()}


def without_price(hosts: Hosts, amounts: Mapping[str, float]) -> str:
    """The instance type of the container, if nobody knows what it costs."""
    instance_type = hosts.container.instance_type if hosts.container else ""
    return "" if EC2_HOUR + instance_type in amounts else instance_type


def month_use(hosts: Hosts, scenario: Scenario, prices: Prices, now: datetime) -> Month:
    start, end = month_of(now)
    name = f"{start:%B %Y}"
    usage = hosts.reports(start, end).usage()
    if not usage["invocations"]:
        # Keep-warm calls alone would be a guess.
        requests = source_of(Window(start, end), {}).total("requests").requests
        used = estimated(requests, scenario, now)
        uses = use_of(used, now - start, now, prices) if requests else []
        return Month(name, uses, start, now, requests=requests)
    since, until = usage["first_at"], usage["last_at"]
    uses = use_of(usage, until - since, now, prices)
    return Month(name, uses, since, until, reports=usage["invocations"])


def _pick(candidates: list[Deployment], name: str) -> Deployment | None:
    if name == NONE:
        return None
    if not name:
        return candidates[0] if len(candidates) == 1 else None
    for each in candidates:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in candidates) or "none is known"
    raise BadQuery(f"{name} can't be compared here; choose one of: {names}.")


def _of_function(function: Deployment | None) -> dict[str, Start]:
    if not function:
        return {}
    said: dict[str, Any] = {"architecture": function.architecture, "gateway": function.gateway}
    if function.memory_mb:
        said["memory_mb"] = function.memory_mb
    return {name: Start(value, f"from {function.name}") for name, value in said.items()}


def _of_container(container: Deployment | None, amounts: Mapping[str, float]) -> dict[str, Start]:
    if not container or EC2_HOUR + container.instance_type not in amounts:
        return {}
    return {"instance_type": Start(container.instance_type, f"from {container.name}")}


def _of_requests(scope: Scope) -> dict[str, Start]:
    tracked = source_of(scope.window, {}).total("requests").requests
    if not tracked:
        return {}
    days = scope.window.so_far(scope.now).total_seconds() / DAY_SECONDS
    source = f"from {tracked:,} requests in these {scope.window.words}"
    return {"requests_per_day": Start(round(tracked / days, 1), source)}


def _of_reports(scope: Scope, hosts: Hosts) -> dict[str, Start]:
    usage = hosts.reports(scope.window.since, scope.window.until).usage()
    if not usage["requests"]:
        return {}
    whose = f" of {hosts.function.name}" if hosts.function else ""
    warm, cold = usage["warm_ms"], usage["cold_ms"]
    means = {
        "duration_ms": cold if warm is None else warm,
        "cold_duration_ms": cold,
        "init_ms": usage["init_ms"],
        "memory_mb": usage["largest_mb"],
        "cold_share": usage["cold_requests"] / usage["requests"],
    }
    source = f"from {usage['requests']:,} reports{whose}"
    return {name: Start(mean, source) for name, mean in means.items() if mean is not None}


def _bounded(name: str, value: Any) -> Any:
    """Rounded and within what the input takes."""
    asked = INPUTS[name]
    if not asked.is_number:
        return value
    within = min(max(value, asked.low), asked.high)
    return int(within) if asked.whole else round(within, 4 if asked.high == 1 else 1)
