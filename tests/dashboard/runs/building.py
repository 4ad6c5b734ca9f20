"""Builders and steps of the tests about runs."""

from deployments.measuring.browser_runs import start_run
from deployments.measuring.rounds import Plan
from deployments.models import Deployment


def saved(name="ec2", base_url="http://127.0.0.1:1"):
    return Deployment.objects.create(name=name, base_url=base_url)


def asked(*deployments, **fields):
    """What the panel's form sends."""
    chosen = [deployment.pk for deployment in deployments]
    defaults = {"deployments": chosen, "calls": 2, "path": "/health", "connection": "new"}
    return defaults | fields


def started(*deployments, samples=2):
    return start_run(deployments, "/health", Plan(samples=samples, new_connections=True))


def sample(client, run):
    return client.post(f"/dashboard/runs/{run.pk}/sample")


def text(client, path):
    return client.get(path).content.decode()
