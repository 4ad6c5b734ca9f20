"""The demo's two hosts, made up from the requests that it stored: a month of runs, and of Lambda's
reports. Keep-warm was off for a week of it, and the container was slow for an afternoon."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from math import ceil
from random import Random
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from deployments.models import (
    Architecture,
    Deployment,
    Gateway,
    Kind,
    LambdaReport,
    LatencyRun,
    LatencySample,
)
from tracking.loading.demo import DemoRefused
from tracking.loading.demo_profiles import EC2, LAMBDA, SLOW_AFTERNOON
from tracking.loading.demo_records import FURTHER_DAYS, Demo
from tracking.models import AIRequest, BulkLoad
from tracking.querysets import DEMO
from tracking.store.periods import DAY, HOUR, floor_day

PATH = "/health"
RUN_EVERY = 2 * HOUR
# Three runs have enough calls for p95.
CALLS = 25
CALL_EVERY = timedelta(seconds=0.5)
# Medians of a call from its client, and of an init and a request in Lambda's own report.
WARM_MS = {LAMBDA: 62.0, EC2: 38.0}
COLD_MS = 940.0
INIT_MS, REQUEST_MS, KEEP_WARM_MS = 610.0, 21.0, 2.3
MEMORY_MB = 512
SLOWER = 4.0
FAILING = 0.002
TIMEOUT_MS = 10_000.0
KEEP_WARM_EVERY = timedelta(minutes=5)
# An environment that nobody calls for so long is gone; AWS ends some sooner.
IDLE = timedelta(minutes=7)
ENDED_SOONER = 0.002
# Keep-warm's week, in parts of the demo's days before its end.
OFF_FROM, OFF_TO = 1 / 3, 1 / 10
BATCH = 2_000


class Call(NamedTuple):
    """An invocation of the function."""

    at: datetime
    invocation: str


def refuse_real_hosts() -> None:
    """Raises DemoRefused where a new demo would mix with what was really measured."""
    if not BulkLoad.objects.is_demo() and Deployment.objects.exists():
        raise DemoRefused(
            "This database knows deployments, with which demo data must not mix. Use an empty"
            " database, or --requests-only."
        )


@transaction.atomic
def measure(until: datetime) -> None:
    """Goes on from what is stored; by `until` the demo's requests must be."""
    load = BulkLoad.objects.get(source=DEMO)
    demo = Demo(**load.options, until=load.started_at)
    until = min(until, demo.until + FURTHER_DAYS * DAY)
    hosts = {one.name: one for one in _hosts()}
    begin = demo.until - demo.days * DAY
    reported_to = LambdaReport.objects.last_reported_at(hosts[LAMBDA]) or begin
    measured_to = LatencyRun.objects.aggregate(last=Max("started_at"))["last"] or begin
    tracked = list(_tracked(min(reported_to, measured_to) - IDLE, until))
    calls = _calls(demo, tracked, reported_to, until)
    LambdaReport.objects.bulk_create(_reports(demo, hosts[LAMBDA], calls), batch_size=BATCH)
    _store_runs(demo, hosts, tracked, measured_to, until)


def _hosts() -> list[Deployment]:
    """Without an address: there is nothing to call."""
    function = {"kind": Kind.LAMBDA, "memory_mb": MEMORY_MB, "gateway": Gateway.HTTP_API}
    container = {"kind": Kind.CONTAINER, "instance_type": "t3.micro"}
    shared = {"region": "us-east-1", "architecture": Architecture.X86_64}
    return [
        Deployment.objects.get_or_create(name=name, defaults={**fields, **shared})[0]
        for name, fields in ((LAMBDA, function), (EC2, container))
    ]


def _tracked(since: datetime, until: datetime) -> Iterable[datetime]:
    """When the function stored a request."""
    requests = AIRequest.objects.filter(
        deployment=LAMBDA, received_at__gt=since, received_at__lte=until
    )
    return requests.order_by("received_at").values_list("received_at", flat=True)


def _is_kept_warm(demo: Demo, at: datetime) -> bool:
    return not (
        demo.until - OFF_FROM * demo.days * DAY <= at < demo.until - OFF_TO * demo.days * DAY
    )


def _every(step: timedelta, since: datetime, until: datetime) -> Iterator[datetime]:
    """Times after `since`, in step with midnight."""
    midnight = floor_day(since)
    at = midnight + ((since - midnight) // step + 1) * step
    while at <= until:
        yield at
        at += step


def _calls(
    demo: Demo, tracked: Iterable[datetime], since: datetime, until: datetime
) -> Iterator[Call]:
    requests = (Call(at, LambdaReport.Invocation.REQUEST) for at in tracked if at > since)
    warming = (
        Call(at, LambdaReport.Invocation.KEEP_WARM)
        for at in _every(KEEP_WARM_EVERY, since, until)
        if _is_kept_warm(demo, at)
    )
    return merge(requests, warming)


def _reports(demo: Demo, function: Deployment, calls: Iterable[Call]) -> Iterator[LambdaReport]:
    """A call after a pause finds no environment."""
    last_at: datetime | None = LambdaReport.objects.last_reported_at(function)
    random = Random(f"{demo.seed} {last_at}")
    for at, invocation in calls:
        cold = last_at is None or at - last_at > IDLE or random.random() < ENDED_SOONER
        kept_warm = invocation == LambdaReport.Invocation.KEEP_WARM
        duration_ms = random.lognormvariate(0, 0.35) * (KEEP_WARM_MS if kept_warm else REQUEST_MS)
        init_ms = INIT_MS * random.lognormvariate(0, 0.12) if cold else None
        yield LambdaReport(
            deployment=function,
            line_key=f"{at:%Y%m%d%H%M%S%f} {invocation}",
            invocation=invocation,
            reported_at=at,
            imported_at=at,
            duration_ms=round(duration_ms, 2),
            billed_duration_ms=ceil(duration_ms + (init_ms or 0)),
            init_duration_ms=init_ms and round(init_ms, 2),
            memory_mb=MEMORY_MB,
            max_memory_used_mb=random.randint(112, 131),
        )
        last_at = at


def _store_runs(
    demo: Demo,
    hosts: dict[str, Deployment],
    tracked: list[datetime],
    since: datetime,
    until: datetime,
) -> None:
    length = CALLS * CALL_EVERY
    runs = LatencyRun.objects.bulk_create(
        LatencyRun(
            started_at=at,
            finished_at=at + length,
            path=PATH,
            planned=CALLS,
            new_connections=False,
            seed=demo.seed,
        )
        for at in _every(RUN_EVERY, since, until - length)
    )
    of_runs = LatencyRun.deployments.through
    of_runs.objects.bulk_create(
        of_runs(latencyrun=run, deployment=host) for run in runs for host in hosts.values()
    )
    LatencySample.objects.bulk_create(
        (
            sample
            for run in runs
            for host in hosts.values()
            for sample in _samples(demo, run, host, tracked)
        ),
        batch_size=BATCH,
    )


def _samples(
    demo: Demo, run: LatencyRun, host: Deployment, tracked: list[datetime]
) -> Iterator[LatencySample]:
    """The function's first call is cold where nothing has kept it warm."""
    random = Random(f"{demo.seed} {run.started_at} {host.name}")
    is_function = host.name == LAMBDA
    begin, end = demo.span(SLOW_AFTERNOON)
    slower = SLOWER if host.name == EC2 and begin <= run.started_at < end else 1.0
    idle = not _is_kept_warm(demo, run.started_at) and not _any(tracked, run.started_at)
    for number in range(CALLS):
        cold = is_function and idle and number == 0
        failed = random.random() < FAILING
        server_ms = random.lognormvariate(1.4, 0.25) * slower
        latency_ms = slower * WARM_MS[host.name] * random.lognormvariate(0, 0.22)
        if cold:
            latency_ms, server_ms = COLD_MS * random.lognormvariate(0, 0.12), 480.0
        yield LatencySample(
            run=run,
            deployment=host,
            sent_at=run.started_at + number * CALL_EVERY,
            duration_ms=TIMEOUT_MS if failed else round(latency_ms, 2),
            new_connection=False,
            cold_start=None if failed or not is_function else cold,
            status_code=None if failed else 200,
            error_type="timeout" if failed else "",
            server_ms=None if failed else round(server_ms, 2),
        )


def _any(tracked: list[datetime], before: datetime) -> bool:
    """Whether a request came shortly before."""
    place = bisect_right(tracked, before)
    return place > 0 and before - tracked[place - 1] <= IDLE
