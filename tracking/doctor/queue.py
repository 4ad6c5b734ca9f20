"""The queue before the database, where there is one: whole, and emptied by somebody."""

from collections.abc import Iterator

from django.conf import settings

from tracking.doctor.finding import ERROR, WARNING, Finding, manage
from tracking.errors import Refusal
from tracking.queue import ingest_queue

# AWS's own names.
WAITING = "ApproximateNumberOfMessages"
IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"


def reachable() -> Iterator[Finding]:
    if settings.INGEST_QUEUE_URL and queue_attributes() is None:
        text = "The queue doesn't answer: records are refused with 503."
        advice = "See the log for SQS's reason; check INGEST_QUEUE_URL and docs/queue.md's policy."
        yield Finding(ERROR, text, advice)


def dead_letters() -> Iterator[Finding]:
    queue = ingest_queue(settings.INGEST_QUEUE_URL)
    try:
        dead = queue and queue.dead_letters()
        count = int(dead.attributes()[WAITING]) if dead else 0
    except Refusal:
        return  # `reachable` tells of it; the function's role may not look at dead letters.
    if queue and not dead:
        text = "No dead-letter queue: what can't be stored is tried for days, then lost."
        yield Finding(WARNING, text, "Make one, and name it in RedrivePolicy: docs/queue.md")
    if count:
        text = f"{count:,} messages are dead letters: no consumer could store them."
        yield Finding(WARNING, text, f"See why in its log, then: {manage('dead_letters')}")


def consumed() -> Iterator[Finding]:
    attributes = queue_attributes() or {}
    waiting, in_flight = (int(attributes.get(name, 0)) for name in (WAITING, IN_FLIGHT))
    if waiting and not in_flight:
        text = f"{waiting:,} messages wait in the queue, and nobody takes them."
        advice = f"On Lambda, deploy with INGEST_QUEUE_URL set; else: {manage('consume_queue')}"
        yield Finding(WARNING, text, advice)


def queue_attributes() -> dict[str, str] | None:
    """None without a queue, or without its answer."""
    queue = ingest_queue(settings.INGEST_QUEUE_URL)
    try:
        return queue.attributes() if queue else None
    except Refusal:
        return None
