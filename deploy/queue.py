"""Lets a stage's function take batches from its queue, where INGEST_QUEUE_URL names one."""

from typing import Any

from deploy.stage import QUEUE_VARIABLE, queue_arn, queue_url

BATCH_SIZE = 100
WINDOW_SECONDS = 1


def take_batches(cli: Any) -> None:
    """Zappa's event sources can't say ReportBatchItemFailures, without which AWS deletes a message
    that the function names as not stored."""
    url = queue_url(cli)
    if not url:
        print(f"{QUEUE_VARIABLE} is not set: no queue.")
        return
    client, source = cli.zappa.lambda_client, queue_arn(url, cli.zappa.aws_region)
    options = {
        "FunctionName": cli.lambda_name,
        "BatchSize": BATCH_SIZE,
        "MaximumBatchingWindowInSeconds": WINDOW_SECONDS,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
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
