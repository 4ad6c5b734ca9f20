"""A latency run as far as it got: its samples by deployment, in figures."""

from typing import Any, NamedTuple

from deployments.models import Deployment, LatencyRun, LatencySample
from deployments.statistics.estimates import Estimate
from deployments.statistics.summaries import Summary, summarise

# More than a browser can ask for.
SAMPLES_MAX = 20_000
SAMPLE_FIELDS = ("duration_ms", "new_connection", "cold_start", "status_code", "error_type")


class DeploymentProgress(NamedTuple):
    """One deployment; `samples` has the newest first."""

    deployment: Deployment
    samples: list[LatencySample]
    summary: Summary

    @property
    def failures(self) -> int:
        return self.summary.failure_share.part + self.summary.burst_failures.part

    @property
    def cold_starts(self) -> int:
        return len(self.summary.cold.latencies_ms)

    @property
    def median(self) -> Estimate:
        return self.summary.warm.percentile(0.5)


class RunProgress(NamedTuple):
    run: LatencyRun
    deployments: list[DeploymentProgress]

    @property
    def planned(self) -> int:
        """Without calls that a command made to force cold starts."""
        return self.run.planned * len(self.deployments)

    @property
    def taken(self) -> int:
        return sum(len(one.samples) for one in self.deployments)


def progress_of(run: LatencyRun) -> RunProgress:
    samples: dict[int, list[LatencySample]] = {}
    for sample in run.samples.order_by("-sent_at")[:SAMPLES_MAX]:
        samples.setdefault(sample.deployment_id, []).append(sample)
    deployments = [_of(one, samples.get(one.pk, [])) for one in run.deployments.all()]
    return RunProgress(run, deployments)


def as_json(progress: RunProgress, sample: LatencySample | None = None) -> dict[str, Any]:
    """`sample` is the one just taken; null if another request takes one, or the run is over."""
    run = progress.run
    return {
        "open": run.open,
        "finished": run.finished_at is not None,
        "interruption": run.interruption,
        "taken": progress.taken,
        "planned": progress.planned,
        "sample": sample and _sample_object(sample),
        "deployments": [_deployment_object(one) for one in progress.deployments],
    }


def _of(deployment: Deployment, samples: list[LatencySample]) -> DeploymentProgress:
    return DeploymentProgress(deployment, samples, summarise(deployment.name, samples))


def _sample_object(sample: LatencySample) -> dict[str, Any]:
    fields = {name: getattr(sample, name) for name in SAMPLE_FIELDS}
    return {"deployment": sample.deployment.name, **fields}


def _deployment_object(one: DeploymentProgress) -> dict[str, Any]:
    """The median is null as long as its samples are too few to say it."""
    median = one.median
    return {
        "name": one.deployment.name,
        "calls": len(one.samples),
        "failures": one.failures,
        "cold_starts": one.cold_starts,
        "median_ms": None if median.too_few else median.value,
        "warm_calls": median.samples,
        "warm_calls_needed": median.needed,
    }
