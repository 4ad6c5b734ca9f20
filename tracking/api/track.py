"""Answers `POST /track` and `POST /track/batch`: body, records, storage. Knows no Django."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

from tracking.api.exchange import Answer, Call, json_answer
from tracking.errors import Refusal
from tracking.store.append import Stored
from tracking.wire.parsing import (
    BATCH_MAX_BYTES,
    RECORD_MAX_BYTES,
    Parsed,
    parse_batch,
    parse_record,
)

IDEMPOTENCY_KEY = "HTTP_IDEMPOTENCY_KEY"


def track(call: Call) -> Answer:
    now = datetime.now(UTC)
    parsed = parse_record(call.body(RECORD_MAX_BYTES), now, call.meta.get(IDEMPOTENCY_KEY))
    [stored] = call.database.save([parsed.record])
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
            **_ignored(parsed),
        },
    )


def track_batch(call: Call) -> Answer:
    now = datetime.now(UTC)
    items = parse_batch(call.body(BATCH_MAX_BYTES), now, call.meta.get(IDEMPOTENCY_KEY))
    records = [item.record for item in items if isinstance(item, Parsed)]
    stored = iter(call.database.save(records) if records else [])
    results = [{"index": index, **_result(item, stored)} for index, item in enumerate(items)]
    return json_answer(*_summary(len(records), results, now))


def _result(item: Parsed | Refusal, stored: Iterator[Stored]) -> dict[str, object]:
    if isinstance(item, Refusal):
        return item.body
    return {**next(stored)._asdict(), **_ignored(item)}


def _ignored(parsed: Parsed) -> dict[str, object]:
    """Says which fields were of no use; nothing where all were."""
    return {"ignored": sorted(parsed.ignored)} if parsed.ignored else {}


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
