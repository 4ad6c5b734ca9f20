"""Answers for records that the queue takes: they count once a consumer has stored them.

Knows no Django.
"""

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from tracking.api.exchange import Answer, json_answer
from tracking.errors import Refusal, queue_away
from tracking.store.record import Record

if TYPE_CHECKING:
    from tracking.queue.sqs import Queue

# Whether a record was known before is for the consumer to see.
QUEUED = {"queued": True, "duplicate": None}


def track(queue: "Queue", record: Record, now: datetime) -> Answer:
    """202 once SQS has the record."""
    queue.send_records([record])
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
    records = [item for item in items if isinstance(item, Record)]
    queued = queue.send_records(records) if records else 0
    outcomes = iter(_outcomes(records, queued))
    results: list[dict[str, object]] = [
        {"index": index, **(item.body if isinstance(item, Refusal) else next(outcomes))}
        for index, item in enumerate(items)
    ]
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


def _outcomes(records: list[Record], queued: int) -> list[dict[str, object]]:
    """For each record: the first ones were queued."""
    taken: list[dict[str, object]] = [
        {"request_id": record.request_id, **QUEUED} for record in records[:queued]
    ]
    return taken + [queue_away().body] * (len(records) - queued)
