"""Finds the deployment that a command speaks of, and makes it if it is named for the first time."""

from django.core.exceptions import ValidationError

from deployments.models import Deployment, Kind


class RegistryError(Exception):
    """Says which deployment to name, or why a name is none."""


def lambda_deployment(name: str) -> Deployment:
    """The one of that name; without a name, the only one of kind lambda."""
    if name:
        return named(name, kind=Kind.LAMBDA)
    functions = list(Deployment.objects.filter(kind=Kind.LAMBDA)[:2])
    if len(functions) != 1:
        known = "none is known" if not functions else "there are several"
        raise RegistryError(f"Name a Lambda deployment with --deployment: {known}.")
    return functions[0]


def named(name: str, **fields: str) -> Deployment:
    """`fields` are those of a deployment that is made now."""
    known = Deployment.objects.filter(name=name).first()
    if known:
        return known
    deployment = Deployment(name=name, **fields)
    try:
        deployment.full_clean()
    except ValidationError as error:
        raise RegistryError(f"{name}: {' '.join(error.messages)}") from error
    deployment.save()
    return deployment
