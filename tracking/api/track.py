"""Answers `POST /track` and `POST /track/batch`: body, records, storage. Knows no Django."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

from tracking.api.exchange import Answer, Call, json_answer
from tracking.errors import Refusal
from tracking.store.append import Stored
from tracking.store.record import Record
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
    [stored] = _saved(call, [parsed.record])
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
    stored = iter(_saved(call, records) if records else [])
    results = [{"index": index, **_result(item, stored)} for index, item in enumerate(items)]
    return json_answer(*_summary(results, now))


def _saved(call: Call, records: list[Record]) -> list[Stored]:
    """A refusal names the ids to send again with: those, too, that the sender left to us."""
    try:
        return call.database.save(records)
    except Refusal as refusal:
        ids = [record.request_id for record in records]
        refusal.body |= {"request_id": ids[0]} if len(ids) == 1 else {"request_ids": ids}
        raise


def _result(item: Parsed | Refusal, stored: Iterator[Stored]) -> dict[str, object]:
    if isinstance(item, Refusal):
        return item.body
    return {**next(stored)._asdict(), **_ignored(item)}


def _ignored(parsed: Parsed) -> dict[str, object]:
    """Says which fields were of no use; nothing where all were."""
    return {"ignored": sorted(parsed.ignored)} if parsed.ignored else {}


def _summary(
    results: list[dict[str, object]], now: datetime
) -> tuple[HTTPStatus, dict[str, object]]:
    kinds = [result.get("duplicate") for result in results]
    counts = {
        "stored": kinds.count(False),
        "duplicates": kinds.count(True),
        "refused": kinds.count(None),
    }
    if counts["refused"] == len(results):
        error = {"error": "No record could be stored; see results."}
        return HTTPStatus.BAD_REQUEST, {**error, **counts, "results": results}
    partial = bool(counts["refused"])
    return (
        HTTPStatus.MULTI_STATUS if partial else HTTPStatus.OK,
        {
            "status": "partial" if partial else "success",
            **counts,
            "results": results,
            "timestamp": now,
        },
    )
