"""Answers `POST /track` and `POST /track/batch`: body, records, storage. Knows no Django."""

from datetime import UTC, datetime
from http import HTTPStatus

from tracking.api import queued
from tracking.api.exchange import Answer, Call, json_answer
from tracking.errors import Refusal
from tracking.store.record import Record
from tracking.wire.parsing import BATCH_MAX_BYTES, RECORD_MAX_BYTES, parse_batch, parse_record

IDEMPOTENCY_KEY = "HTTP_IDEMPOTENCY_KEY"


def track(call: Call) -> Answer:
    now = datetime.now(UTC)
    record = parse_record(call.body(RECORD_MAX_BYTES), now, call.meta.get(IDEMPOTENCY_KEY))
    if call.queue:
        return queued.track(call.queue, record, now)
    [stored] = call.database.save([record])
    return json_answer(
        HTTPStatus.OK,
        {
            "status": "success",
            "message": "Metrics tracked successfully",
            "prometheus_updated": True,
            "database_stored": True,
            "timestamp": now,
            "request_id": stored.request_id,
            "duplicate": stored.duplicate,
        },
    )


def track_batch(call: Call) -> Answer:
    now = datetime.now(UTC)
    items = parse_batch(call.body(BATCH_MAX_BYTES), now, call.meta.get(IDEMPOTENCY_KEY))
    if call.queue:
        return queued.track_batch(call.queue, items, now)
    records = [item for item in items if isinstance(item, Record)]
    stored = iter(call.database.save(records) if records else [])
    results = [
        {"index": index, **(item.body if isinstance(item, Refusal) else next(stored)._asdict())}
        for index, item in enumerate(items)
    ]
    return json_answer(*_summary(len(records), results, now))


def _summary(
    stored: int, results: list[dict[str, object]], now: datetime
) -> tuple[HTTPStatus, dict[str, object]]:
    counts = {"stored": stored, "refused": len(results) - stored}
    if not stored:
        error = {"error": "No record could be stored; see results."}
        return HTTPStatus.BAD_REQUEST, {**error, **counts, "results": results}
    partial = stored < len(results)
    return (
        HTTPStatus.MULTI_STATUS if partial else HTTPStatus.OK,
        {
            "status": "partial" if partial else "success",
            **counts,
            "results": results,
            "timestamp": now,
        },
    )
