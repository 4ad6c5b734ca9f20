"""Builders of measured calls and of Lambda's reports, and a week of both as a team has them."""

import math
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from deployments.models import Deployment, Kind, LambdaReport, LatencyRun, LatencySample

HOUR = timedelta(hours=1)


def deployment(name: str = "lambda", **fields: Any) -> Deployment:
    return Deployment.objects.get_or_create(name=name, defaults=fields)[0]


def measured(
    name: str, latencies_ms: Iterable[float], path: str = "/health", **fields: Any
) -> None:
    """Calls five minutes ago, over kept connections, unless `fields` say otherwise."""
    now = datetime.now(UTC)
    latencies_ms, of = list(latencies_ms), deployment(name)
    at: datetime = fields.pop("sent_at", now - timedelta(minutes=5))
    fields = {"sent_at": at, "new_connection": False} | fields
    run = LatencyRun.objects.create(
        started_at=at,
        finished_at=at,
        path=path,
        planned=len(latencies_ms),
        new_connections=False,
        seed=1,
    )
    run.deployments.add(of)
    LatencySample.objects.bulk_create(
        LatencySample(run=run, deployment=of, duration_ms=latency, **fields)
        for latency in latencies_ms
    )


def reported(
    count: int, at: datetime, invocation: str = "request", cold: int = 0, **fields: Any
) -> None:
    """Stores reports of the deployment `lambda`; the first `cold` of them are cold starts."""
    of = deployment(fields.pop("name", "lambda"), kind=Kind.LAMBDA)
    LambdaReport.objects.bulk_create(reports(of, count, at, invocation, cold, **fields))


def reports(
    of: Deployment, count: int, at: datetime, invocation: str, cold: int = 0, **fields: Any
) -> Iterator[LambdaReport]:
    defaults: dict[str, Any] = {
        "deployment": of,
        "invocation": invocation,
        "reported_at": at,
        "imported_at": at,
        "duration_ms": 40.0,
        "billed_duration_ms": 40.0,
        "memory_mb": 1_024,
    }
    for n in range(count):
        yield LambdaReport(
            line_key=f"{of.name} {at:%m%d%H%M%S} {invocation} {n}",
            init_duration_ms=500.0 if n < cold else None,
            **(defaults | fields),
        )


def a_week(now: datetime) -> None:
    """Runs of 100 calls on three hosts every ten hours; after three days keep-warm is on."""
    hosts: dict[str, dict[str, Any]] = {
        "ec2": {"kind": Kind.CONTAINER, "region": "us-east-1", "instance_type": "t3.micro"},
        "lambda": {"kind": Kind.LAMBDA, "region": "us-east-1", "memory_mb": 512},
        "local": {"kind": Kind.OTHER},
    }
    for name, fields in hosts.items():
        deployment(name, **fields)
    for hour in range(2, 168, 10):
        _runs(now - hour * HOUR, random.Random(hour))
    LambdaReport.objects.bulk_create(
        report
        for hour in range(168)
        for report in _reports(now - hour * HOUR, hour < 96, random.Random(hour))
    )
    measured("ec2", [30_000], sent_at=now - 2 * HOUR + timedelta(minutes=9), error_type="timeout")


def _runs(at: datetime, chance: random.Random) -> None:
    for name, middle_ms in (("ec2", 62), ("lambda", 88), ("local", 3)):
        busy = 1 + 0.3 * math.sin(at.hour / 4)
        warm = [middle_ms * busy * chance.lognormvariate(0, 0.2) for _ in range(100)]
        told = False if name == "lambda" else None
        measured(name, warm, sent_at=at, server_ms=middle_ms / 10, cold_start=told)
    cold = [middle * chance.lognormvariate(0, 0.15) for middle in [1_050] * chance.randrange(6)]
    measured("lambda", cold, sent_at=at, cold_start=True, server_ms=600)


def _reports(at: datetime, keep_warm: bool, chance: random.Random) -> Iterator[LambdaReport]:
    of = deployment("lambda")
    requests = 18 + int(12 * math.sin(at.hour / 4))
    cold = sum(chance.random() < (0.01 if keep_warm else 0.08) for _ in range(requests))
    yield from reports(of, requests, at, "request", cold, memory_mb=512)
    if keep_warm:
        yield from reports(
            of, 12, at, "keep_warm", billed_duration_ms=3.0, duration_ms=2.2, memory_mb=512
        )
