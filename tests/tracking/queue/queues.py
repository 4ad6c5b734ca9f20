"""Queues in an empty AWS account."""

import json
from typing import Any
from uuid import uuid4

import boto3

from tests.build import record
from tracking.queue.message import Message, bodies_of
from tracking.queue.sqs import Queue

# Nothing listens there.
AWAY = "http://127.0.0.1:1/123456789012/away"
RECEIPTS_AT_MOST = 3


class Queues:
    """Makes queues whose messages come again as soon as they were received."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables
        self.client = boto3.client(
            "sqs",
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            region_name=variables["AWS_DEFAULT_REGION"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )

    def make(self, visibility_seconds: int = 0) -> Queue:
        """With a dead-letter queue."""
        name = f"ingest-{uuid4().hex}"
        dead = Queue(self.client.create_queue(QueueName=f"{name}-dead")["QueueUrl"])
        policy = {
            "deadLetterTargetArn": dead.attributes()["QueueArn"],
            "maxReceiveCount": RECEIPTS_AT_MOST,
        }
        return self.make_bare(
            name, VisibilityTimeout=visibility_seconds, RedrivePolicy=json.dumps(policy)
        )

    def make_bare(self, name: str, **attributes: Any) -> Queue:
        attributes = {key: str(value) for key, value in attributes.items()}
        return Queue(self.client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def waiting(queue: Queue) -> int:
    attributes = queue.attributes()
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(attributes[name]) for name in names)


def message(**fields: Any) -> Message:
    """Of one record, as a consumer receives it."""
    return Message(uuid4().hex, body(**fields))


def body(**fields: Any) -> str:
    [(text, _)] = bodies_of([record(**fields)])
    return text
