"""An SQS queue over HTTPS. Knows no Django.

Without boto3, which takes longer to load than everything else that answers a record.
"""

import logging
import os
import re
import ssl
import weakref
from collections import deque
from functools import cache, cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tracking.errors import Refusal, queue_away
from tracking.queue.message import Message, bodies_of
from tracking.queue.signature import Credentials, signed
from tracking.store.record import Record

# Together less than the client's 5 s.
CONNECT_SECONDS = 1.5
ANSWER_SECONDS = 3
POLL_SECONDS = 20
# Without any wait SQS asks only some of its servers, and may know of nothing.
LOOK_SECONDS = 1
# SQS hands out, and deletes, at most so many at a time.
MESSAGES_AT_MOST = 10

logger = logging.getLogger(__name__)


class Queue:
    """Safe to share between threads. Every call raises a Refusal where SQS doesn't take it."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self.name = parts.path.rpartition("/")[2]
        self.scheme = parts.scheme
        self.region, self.host = _region_and_host(parts.netloc)
        # As many as were ever in use at once: threads come and go.
        self._kept: deque[HTTPConnection] = deque()

    def send(self, body: str) -> None:
        self._call("SendMessage", MessageBody=body)

    def send_records(self, records: list[Record]) -> int:
        """How many SQS took, from the first on; raises a Refusal where it took none."""
        taken = 0
        for body, count in bodies_of(records):
            try:
                self.send(body)
            except Refusal:
                if not taken:
                    raise
                break
            taken += count
        return taken

    def receive(self, wait_seconds: int = POLL_SECONDS, **parameters: Any) -> list[Message]:
        """Up to ten messages, hidden from others until they are deleted or time is up."""
        answer = self._call(
            "ReceiveMessage",
            wait_seconds + ANSWER_SECONDS,
            MaxNumberOfMessages=MESSAGES_AT_MOST,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            **parameters,
        )
        return [_message(found) for found in answer.get("Messages") or ()]

    def delete(self, messages: list[Message]) -> None:
        """One that isn't deleted after all comes again, which counts nothing twice."""
        if messages:
            self._call("DeleteMessageBatch", Entries=_entries(messages))

    def release(self, messages: list[Message]) -> None:
        """Lets others see them at once."""
        if messages:
            self._call(
                "ChangeMessageVisibilityBatch", Entries=_entries(messages, VisibilityTimeout=0)
            )

    def attributes(self) -> dict[str, str]:
        """As SQS names them; numbers are text."""
        answer: dict[str, str] = self._call("GetQueueAttributes", AttributeNames=["All"])[
            "Attributes"
        ]
        return answer

    def dead_letters(self) -> "Queue | None":
        """The queue that takes what was received too often in vain."""
        policy = msgspec.json.decode(self.attributes().get("RedrivePolicy") or b"{}")
        arn = str(policy.get("deadLetterTargetArn", ""))
        if not arn:
            return None
        account, name = arn.split(":")[4:]
        return Queue(f"{self.scheme}://{self.host}/{account}/{name}")

    def _call(
        self, action: str, answer_seconds: int = ANSWER_SECONDS, **parameters: Any
    ) -> dict[str, Any]:
        body = msgspec.json.encode({"QueueUrl": self.url, **parameters})
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "Host": self.host,
            "X-Amz-Target": f"AmazonSQS.{action}",
        }
        headers = signed(headers, body, _credentials(), self.region, "sqs")
        try:
            status, content = self._answered(body, headers, answer_seconds)
        except (OSError, HTTPException) as error:
            logger.error("%s: SQS can't be reached: %r", action, error)
            raise queue_away() from error
        if status != HTTPStatus.OK:
            logger.error("%s: SQS answers %s %s", action, status, content[:500].decode())
            raise queue_away()
        answer: dict[str, Any] = msgspec.json.decode(content or b"{}")
        return answer

    def _answered(self, body: bytes, headers: dict[str, str], seconds: int) -> tuple[int, bytes]:
        """A kept connection that turns out to be closed is replaced once."""
        try:
            return self._answered_on(self._kept.pop(), body, headers, seconds)
        except (IndexError, ConnectionError, HTTPException):
            return self._answered_on(self._connected(), body, headers, seconds)

    def _answered_on(
        self, connection: HTTPConnection, body: bytes, headers: dict[str, str], seconds: int
    ) -> tuple[int, bytes]:
        try:
            connection.sock.settimeout(seconds)
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            answer = response.status, response.read()
        except BaseException:
            connection.close()
            raise
        if connection.sock:
            self._kept.append(connection)
        return answer

    def _connected(self) -> HTTPConnection:
        connection = HTTPConnection(self.host, timeout=CONNECT_SECONDS)
        if self.scheme == "https":
            connection = HTTPSConnection(self.host, timeout=CONNECT_SECONDS, context=self._tls)
        connection.connect()
        weakref.finalize(connection, connection.sock.close)
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Kept, since reading the authorities' certificates takes 20 ms."""
        return ssl.create_default_context()


def _credentials() -> Credentials:
    """Those of this moment."""
    key, secret = (os.environ.get(f"AWS_{name}") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
    if key and secret:
        return Credentials(key, secret, os.environ.get("AWS_SESSION_TOKEN"))
    found = _found_by_botocore()
    if found is None:
        logger.error("SQS needs AWS credentials: a role, or AWS_ACCESS_KEY_ID and its secret.")
        raise queue_away()
    # A role's are renewed before they expire.
    return Credentials(*found.get_frozen_credentials())


@cache
def _found_by_botocore() -> Any:
    # Lambda's are in the environment; only elsewhere botocore is loaded to look for them.
    from botocore.session import get_session

    return get_session().get_credentials()


def _region_and_host(host: str) -> tuple[str, str]:
    """AWS's command line knows queues by older names of SQS, too."""
    if older := re.fullmatch(r"(?:([a-z0-9-]+)\.)?queue\.amazonaws\.com", host):
        region = older[1] or "us-east-1"
        return region, f"sqs.{region}.amazonaws.com"
    named = re.match(r"sqs\.([a-z0-9-]+)\.amazonaws\.", host)
    variables = (os.environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
    return named[1] if named else next(filter(None, variables), "us-east-1"), host


def _message(found: dict[str, Any]) -> Message:
    return Message(
        found["MessageId"], found["Body"], found["ReceiptHandle"], found.get("Attributes", {})
    )


def _entries(messages: list[Message], **parameters: int) -> list[dict[str, Any]]:
    return [
        {"Id": str(index), "ReceiptHandle": message.receipt, **parameters}
        for index, message in enumerate(messages)
    ]
