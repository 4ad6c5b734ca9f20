"""What zappa_settings.json can't say of a stage.

Zappa calls `complete` when it has read it, and `finish` when it has packed.
"""
# ruff: noqa: E402

import os
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Zappa loads this file alone, from wherever it is itself.
sys.path[:0] = [] if str(ROOT) in sys.path else [str(ROOT)]

from deploy import gateway_key, package, permissions, queue
from deploy.target import Target

PACKS = ("package", "deploy", "update")
finish = package.finish

# Secrets and addresses: from the environment of whoever deploys, into Lambda's variables.
# What isn't set here stays on Lambda as it is.
VARIABLES = (
    "ALLOWED_HOSTS",
    "CORS_ALLOWED_ORIGINS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "INGEST_QUEUE_URL",
    "LOG_LEVEL",
    "MAX_LABEL_SETS",
    "MLOPS_API_KEY",
    "RETENTION_DAYS",
    "SECRET_KEY",
)


def complete(cli: Any) -> None:
    cli.aws_environment_variables = given_variables()
    # Zappa looks for WebSocket handlers in every folder, and finds its own code in build/.
    cli.use_websocket = cli.zappa.extra_permissions = None
    target = Target.of(cli)
    # Zappa looks for an active virtual environment before it does anything, and packs it.
    os.environ["VIRTUAL_ENV"] = str(target.environment)
    if cli.command in PACKS:
        target.check(date.today())
        package.prepare(target)
    if cli.command in ("deploy", "update"):
        cli.s3_bucket_name = bucket_name(cli)
        function = function_arn(cli)
        queue_arn = queue.arn(cli, function)
        cli.zappa.extra_permissions = permissions.needed(cli, function, queue_arn)
        # Zappa calls it where api_key_required names no key.
        gateway, name = cli.zappa.apigateway_client, cli.lambda_name
        cli.zappa.create_api_key = partial(gateway_key.admit, gateway, name)


def given_variables() -> dict[str, str]:
    return {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}


def bucket_name(cli: Any) -> str:
    """One bucket for each stage of an account; Zappa would make another at every call."""
    account = cli.zappa.sts_client.get_caller_identity()["Account"]
    return f"{cli.lambda_name}-{account}-{cli.zappa.aws_region}"


def function_arn(cli: Any) -> str:
    """Of the function, be it there or not."""
    caller = cli.zappa.sts_client.get_caller_identity()
    partition, account = caller["Arn"].split(":")[1], caller["Account"]
    return f"arn:{partition}:lambda:{cli.zappa.aws_region}:{account}:function:{cli.lambda_name}"
