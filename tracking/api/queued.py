"""Answers for records that the queue takes: they count once a consumer has stored them.

Knows no Django.
"""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from tracking.api.exchange import Answer, json_answer
from tracking.errors import Refusal, queue_away
from tracking.queue.message import bodies_of
from tracking.store.record import Record

if TYPE_CHECKING:
    from tracking.queue.sqs import Queue

# Whether a record was known before is for the consumer to see.
QUEUED = {"queued": True, "duplicate": None}


def track(queue: "Queue", record: Record, now: datetime) -> Answer:
    """202 once SQS has the record."""
    [(body, _)] = bodies_of([record])
    queue.send(body)
    return json_answer(
        HTTPStatus.ACCEPTED,
        {
            "status": "success",
            "message": "Metrics queued",
            "prometheus_updated": False,
            "database_stored": False,
            "timestamp": now,
            "request_id": record.request_id,
            **QUEUED,
        },
    )


def track_batch(queue: "Queue", items: list[Record | Refusal], now: datetime) -> Answer:
    """202 once SQS has all of them, 207 where it or the item itself left some out."""
    outcomes = _outcomes(queue, [item for item in items if isinstance(item, Record)])
    results: list[dict[str, object]] = [
        {"index": index, **(item.body if isinstance(item, Refusal) else next(outcomes))}
        for index, item in enumerate(items)
    ]
    queued = sum("queued" in result for result in results)
    if not queued and any(isinstance(item, Record) for item in items):
        raise queue_away()
    counts = {"stored": 0, "queued": queued, "refused": len(results) - queued}
    if not queued:
        error = {"error": "No record could be queued; see results."}
        return json_answer(HTTPStatus.BAD_REQUEST, {**error, **counts, "results": results})
    partial = queued < len(results)
    return json_answer(
        HTTPStatus.MULTI_STATUS if partial else HTTPStatus.ACCEPTED,
        {
            "status": "partial" if partial else "success",
            **counts,
            "results": results,
            "timestamp": now,
        },
    )


def _outcomes(queue: "Queue", records: list[Record]) -> Iterator[dict[str, object]]:
    """For each record; after SQS has failed once, the rest isn't tried."""
    rest = iter(records)
    refusal: Refusal | None = None
    for body, count in bodies_of(records):
        try:
            if refusal is None:
                queue.send(body)
        except Refusal as error:
            refusal = error
        for _ in range(count):
            record = next(rest)
            yield refusal.body if refusal else {"request_id": record.request_id, **QUEUED}
