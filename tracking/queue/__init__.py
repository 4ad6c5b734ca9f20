"""The optional queue before the store: records wait in SQS while the database can't take them."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracking.queue.sqs import Queue


@cache
def ingest_queue(url: str) -> "Queue | None":
    """The queue that INGEST_QUEUE_URL names; its connections are kept."""
    if not url:
        return None
    # It loads HTTP and TLS, which a service without a queue must not wait for.
    from tracking.queue.sqs import Queue

    return Queue(url)
