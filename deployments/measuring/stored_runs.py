"""Keeps a run: its settings, and each sample as it was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.db import transaction

from deployments.measuring.probe import Sample, Target
from deployments.measuring.rounds import Run
from deployments.models import Deployment, Kind, LatencyRun, LatencySample
from deployments.registry import named


def deployments_of(targets: Sequence[Target]) -> dict[str, Deployment]:
    """By name; those not known yet are made."""
    return {target.name: named(target.name, base_url=target.base_url) for target in targets}


@transaction.atomic
def store_run(run: Run, deployments: Mapping[str, Deployment]) -> LatencyRun:
    """`deployments` by the name of their target."""
    stored = LatencyRun.objects.create(
        started_at=run.started_at,
        finished_at=run.finished_at,
        path=run.path,
        planned=run.plan.samples,
        rate_per_second=run.plan.rate_per_second,
        new_connections=run.plan.new_connections,
        warm_up=run.plan.warm_up,
        seed=run.plan.seed,
    )
    stored.deployments.set(deployments.values())
    LatencySample.objects.bulk_create(
        (_row(stored, deployments[sample.target], sample) for sample in run.samples),
        batch_size=500,
    )
    for deployment in deployments.values():
        _learn_kind(deployment, run.samples)
    return stored


def store_sample(run: LatencyRun, deployment: Deployment, sample: Sample) -> LatencySample:
    row = _row(run, deployment, sample)
    row.save()
    _learn_kind(deployment, [sample])
    return row


def _row(run: LatencyRun, deployment: Deployment, sample: Sample) -> LatencySample:
    fields = asdict(sample)
    del fields["target"]
    return LatencySample(run=run, deployment=deployment, **fields)


def _learn_kind(deployment: Deployment, samples: Sequence[Sample]) -> None:
    """Only on Lambda an answer tells whether it was cold."""
    told = any(s.cold_start is not None for s in samples if s.target == deployment.name)
    if told and deployment.kind == Kind.OTHER:
        deployment.kind = Kind.LAMBDA
        deployment.save(update_fields=["kind"])
