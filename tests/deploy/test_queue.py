"""A stage with a queue: its function may use that queue alone, and takes batches from it."""

import json
from typing import Any

import pytest

from deploy.queue import ACTIONS
from tests.deploy.test_release import NAME, ROLE

ARN = "arn:aws:sqs:us-east-1:123456789012:mlops-tracking-ingest"


@pytest.fixture(scope="module")
def deployed(account):
    queue = account.client("sqs").create_queue(
        QueueName="mlops-tracking-ingest", Attributes={"VisibilityTimeout": "180"}
    )
    print(account.release("deploy", INGEST_QUEUE_URL=queue["QueueUrl"]))
    return account


def mappings(account) -> list[dict[str, Any]]:
    found = account.client("lambda").list_event_source_mappings(EventSourceArn=ARN)
    return list(found["EventSourceMappings"])


def statements(account) -> list[dict[str, Any]]:
    iam = account.client("iam")
    [policy] = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    document = iam.get_role_policy(RoleName=ROLE, PolicyName=policy)["PolicyDocument"]
    return list(document["Statement"])


def test_it_works(deployed):
    [mapping] = mappings(deployed)
    assert mapping["FunctionArn"].endswith(f":{NAME}")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 100
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 10}


def test_the_function_may_use_that_queue_alone(deployed):
    [_, _, queue] = statements(deployed)
    assert (queue["Resource"], queue["Action"]) == (ARN, ACTIONS)


def test_an_update_that_is_not_told_of_it_keeps_the_queue(deployed):
    deployed.release("update")
    assert len(mappings(deployed)) == 1
    assert len(statements(deployed)) == 3
    function = deployed.client("lambda").get_function_configuration(FunctionName=NAME)
    assert "INGEST_QUEUE_URL" in json.dumps(function["Environment"])


def test_an_undeployed_function_takes_no_more(deployed):
    deployed.release("undeploy")
    assert mappings(deployed) == []
    assert deployed.client("sqs").list_queues()["QueueUrls"]
