"""A stage's queue, where INGEST_QUEUE_URL names one: its function may use it and takes batches."""

import os
from typing import Any
from urllib.parse import urlsplit

VARIABLE = "INGEST_QUEUE_URL"
ACTIONS = [
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
]
BATCH_SIZE = 100
WINDOW_SECONDS = 1
# A full queue would otherwise start a thousand environments, each with a database connection.
ENVIRONMENTS_AT_MOST = 10


def arn(cli: Any, function_arn: str) -> str:
    """Of the stage's queue; empty without one. A function takes only from its own region's."""
    url = os.environ.get(VARIABLE) or _deployed_url(cli)
    if not url:
        return ""
    account, name = urlsplit(url).path.strip("/").split("/")
    partition, _, region = function_arn.split(":")[1:4]
    return f"arn:{partition}:sqs:{region}:{account}:{name}"


def take_batches(cli: Any, function_arn: str) -> None:
    """Zappa's event sources can't say ReportBatchItemFailures, without which AWS deletes a message
    that the function names as not stored."""
    source = arn(cli, function_arn)
    if not source:
        print(f"{VARIABLE} is not set: no queue.")
        return
    client = cli.zappa.lambda_client
    options = {
        "FunctionName": cli.lambda_name,
        "BatchSize": BATCH_SIZE,
        "MaximumBatchingWindowInSeconds": WINDOW_SECONDS,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": ENVIRONMENTS_AT_MOST},
        "Enabled": True,
    }
    found = client.list_event_source_mappings(EventSourceArn=source, FunctionName=cli.lambda_name)
    for mapping in found["EventSourceMappings"]:
        client.update_event_source_mapping(UUID=mapping["UUID"], **options)
    if not found["EventSourceMappings"]:
        client.create_event_source_mapping(EventSourceArn=source, **options)
    print(f"Takes batches from {source}")


def remove_mappings(client: Any, function_name: str) -> None:
    """The queue itself stays: it may hold records."""
    found = client.list_event_source_mappings(FunctionName=function_name)["EventSourceMappings"]
    for mapping in found:
        client.delete_event_source_mapping(UUID=mapping["UUID"])
        print(f"Takes no more from {mapping['EventSourceArn']}")


def _deployed_url(cli: Any) -> str:
    """Where whoever deploys names none, the function keeps the one it has."""
    client = cli.zappa.lambda_client
    try:
        function = client.get_function_configuration(FunctionName=cli.lambda_name)
    except client.exceptions.ResourceNotFoundException:
        return ""
    return str(function.get("Environment", {}).get("Variables", {}).get(VARIABLE, ""))
