"""An SQS queue over HTTPS. Knows no Django.

Of botocore it takes the signature, the credentials and the HTTP connections, not the client, whose
models of the service take longer to load than everything else that answers a record.
"""

import logging
import os
import re
import threading
from typing import Any
from urllib.parse import urlsplit

import msgspec
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import EnvProvider
from botocore.exceptions import BotoCoreError, ConnectionClosedError, HTTPClientError
from botocore.httpsession import URLLib3Session

from tracking.errors import Refusal, queue_away
from tracking.queue.message import Message, bodies_of
from tracking.store.record import Record

CONNECT_SECONDS = 2
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
        self.region, host = _region_and_host(parts.netloc)
        self.endpoint = f"{parts.scheme}://{host}/"
        self._session = URLLib3Session(timeout=(CONNECT_SECONDS, ANSWER_SECONDS))
        self._polling = URLLib3Session(timeout=(CONNECT_SECONDS, POLL_SECONDS + ANSWER_SECONDS))
        self._credentials: Any = None
        self._lock = threading.Lock()

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
            self._polling,
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
        return Queue(f"{self.endpoint}{account}/{name}")

    def _call(
        self, action: str, session: URLLib3Session | None = None, **parameters: Any
    ) -> dict[str, Any]:
        """One request; a kept connection that turns out to be closed is replaced once."""
        body = msgspec.json.encode({"QueueUrl": self.url, **parameters})
        session = session or self._session
        try:
            request = self._signed(action, body)
            try:
                response = session.send(request)
            except ConnectionClosedError:
                response = session.send(request)
        except (BotoCoreError, HTTPClientError) as error:
            logger.error("%s: SQS can't be reached: %s", action, error)
            raise queue_away() from error
        if response.status_code != 200:
            logger.error("%s: SQS answers %s %s", action, response.status_code, response.text[:500])
            raise queue_away()
        answer: dict[str, Any] = msgspec.json.decode(response.content or b"{}")
        return answer

    def _signed(self, action: str, body: bytes) -> Any:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"AmazonSQS.{action}",
        }
        request = AWSRequest("POST", self.endpoint, headers=headers, data=body)
        SigV4Auth(self._frozen_credentials(), "sqs", self.region).add_auth(request)
        return request.prepare()

    def _frozen_credentials(self) -> Any:
        """Those of this moment: a role's are renewed by botocore before they expire."""
        with self._lock:
            self._credentials = self._credentials or _credentials()
        if self._credentials is None:
            logger.error("SQS needs AWS credentials: a role, or AWS_ACCESS_KEY_ID and its secret.")
            raise queue_away()
        return self._credentials.get_frozen_credentials()


def _credentials() -> Any:
    found = EnvProvider().load()
    if found:
        return found
    # Lambda's are in the environment; only elsewhere all of botocore is loaded to look for them.
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
