"""What zappa_settings.json can't say of a stage: Zappa calls `complete` when it has read it."""

import os
from typing import Any
from urllib.parse import urlsplit

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
QUEUE_VARIABLE = "INGEST_QUEUE_URL"
QUEUE_ACTIONS = (
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
)


def complete(cli: Any) -> None:
    cli.aws_environment_variables = given_variables()
    # Zappa looks for WebSocket handlers in every folder, and finds its own code in build/.
    cli.use_websocket = cli.zappa.extra_permissions = None
    if cli.command in ("deploy", "update"):
        cli.s3_bucket_name = bucket_name(cli)
        if url := queue_url(cli):
            cli.zappa.extra_permissions = queue_permissions(url, cli.zappa.aws_region)


def given_variables() -> dict[str, str]:
    return {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}


def bucket_name(cli: Any) -> str:
    """One bucket for each stage of an account; Zappa would make another at every call."""
    account = cli.zappa.sts_client.get_caller_identity()["Account"]
    return f"{cli.lambda_name}-{account}-{cli.zappa.aws_region}"


def queue_url(cli: Any) -> str:
    """From the environment of whoever deploys; else the function keeps the one it has."""
    return os.environ.get(QUEUE_VARIABLE) or _deployed_queue_url(cli)


def queue_permissions(url: str, region: str) -> list[dict[str, Any]]:
    """Beside those of execution_policy.json."""
    return [
        {
            "Sid": "UseItsQueue",
            "Effect": "Allow",
            "Action": list(QUEUE_ACTIONS),
            "Resource": queue_arn(url, region),
        }
    ]


def queue_arn(url: str, region: str) -> str:
    """A function takes only from queues of its own region."""
    account, name = urlsplit(url).path.strip("/").split("/")
    return f"arn:aws:sqs:{region}:{account}:{name}"


def _deployed_queue_url(cli: Any) -> str:
    client = cli.zappa.lambda_client
    try:
        function = client.get_function_configuration(FunctionName=cli.lambda_name)
    except client.exceptions.ResourceNotFoundException:
        return ""
    return str(function.get("Environment", {}).get("Variables", {}).get(QUEUE_VARIABLE, ""))
