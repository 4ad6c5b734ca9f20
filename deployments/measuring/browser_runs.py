"""Runs that a browser drives: each of its requests takes one sample.

No thread outlives a request, because Lambda stops a process between two of them. What comes next
is computed from what is stored, so that any process can go on, after any pause. A kept connection
doesn't survive until the next request, perhaps of another process, either: before a sample over
one, an uncounted call of the same request opens it. Cold starts then fall on the uncounted call.
"""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import getrandbits

from django.db import transaction

from deployments.addresses import AddressRefused
from deployments.measuring.probe import Client, Sample, Target
from deployments.measuring.rounds import Plan, call_order
from deployments.measuring.stored_runs import store_sample
from deployments.models import REASON_MAX, Deployment, LatencyRun, LatencySample

CALLS_MAX = 200
DEPLOYMENTS_MAX = 8
PATH_MAX = 200
# A sample takes two calls at most, and API Gateway gives up after 30 seconds.
TIMEOUT_SECONDS = 10.0
# Longer than a request can last; then the one that took the sample has died.
CLAIM = timedelta(seconds=60)


@transaction.atomic
def start_run(deployments: Sequence[Deployment], path: str, plan: Plan) -> LatencyRun:
    """Takes no sample yet. The order of calls is another one each time."""
    run = LatencyRun.objects.create(
        started_at=datetime.now(UTC),
        path=path,
        planned=plan.samples,
        new_connections=plan.new_connections,
        warm_up=plan.warm_up,
        seed=getrandbits(31),
        open=True,
    )
    run.deployments.set(deployments)
    return run


def take_sample(run: LatencyRun, *, private_allowed: bool) -> LatencySample | None:
    """The next one. None if the run is over, or while another request takes one.

    Stops the run, with the reason, at an address that must not be called.
    """
    now = datetime.now(UTC)
    if not LatencyRun.objects.claim(run, now, until=now + CLAIM):
        return None
    try:
        remaining = _remaining(run)
        sample = _sample(run, remaining[0], private_allowed=private_allowed)
    except (AddressRefused, ValueError) as error:
        stop_run(run, str(error))
        return None
    return _store(run, now + CLAIM, remaining, sample)


def stop_run(run: LatencyRun, reason: str) -> None:
    """Keeps its samples; the one that is being taken is dropped. What is over stays as it is."""
    LatencyRun.objects.filter(pk=run.pk, open=True).update(
        open=False, busy_until=None, interruption=reason[:REASON_MAX]
    )


def _remaining(run: LatencyRun) -> list[Deployment]:
    """Those still to be called, in order. By key, since a name may change meanwhile."""
    deployments = sorted(run.deployments.all(), key=lambda deployment: deployment.pk)
    plan = Plan(samples=run.planned, seed=run.seed)
    remaining = call_order(deployments, plan)[run.samples.count() :]
    if not remaining:
        raise ValueError("A deployment of this run was deleted; none is left to call.")
    return remaining


def _sample(run: LatencyRun, deployment: Deployment, *, private_allowed: bool) -> Sample:
    client = Client(
        Target(deployment.name, deployment.base_url),
        run.path,
        private_allowed=private_allowed,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    with closing(client.adapter):
        if not run.new_connections or _warms_up(run, deployment):
            client.call()
        if run.new_connections:
            client.forget_connections()
        return client.call()


def _warms_up(run: LatencyRun, deployment: Deployment) -> bool:
    return run.warm_up and not run.samples.filter(deployment=deployment).exists()


@transaction.atomic
def _store(
    run: LatencyRun, claimed_until: datetime, remaining: Sequence[Deployment], sample: Sample
) -> LatencySample | None:
    """The release locks the run's row: a sample is stored with it, or not at all."""
    last = {"open": False, "finished_at": datetime.now(UTC)} if len(remaining) == 1 else {}
    if not LatencyRun.objects.release(run, claimed_until, **last):
        return None
    return store_sample(run, remaining[0], sample)
