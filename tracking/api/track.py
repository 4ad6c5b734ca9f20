"""Answers `POST /track` and `POST /track/batch`: body, records, storage. Knows no Django."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus

from tracking.api.exchange import Answer, Call, json_answer
from tracking.errors import Refusal, queue_away
from tracking.queue import ingest_queue
from tracking.store.record import Record
from tracking.wire.parsing import (
    BATCH_MAX_BYTES,
    RECORD_MAX_BYTES,
    Parsed,
    parse_batch,
    parse_record,
)

IDEMPOTENCY_KEY = "HTTP_IDEMPOTENCY_KEY"

# What became of a record.
Outcome = dict[str, object]


def track(call: Call) -> Answer:
    now = datetime.now(UTC)
    parsed = parse_record(call.body(RECORD_MAX_BYTES), now, call.meta.get(IDEMPOTENCY_KEY))
    [outcome] = _taken(call, [parsed.record])
    stored = not outcome.get("queued")
    return json_answer(
        HTTPStatus.OK if stored else HTTPStatus.ACCEPTED,
        {
            "status": "success",
            "message": "Metrics tracked successfully" if stored else "Metrics queued",
            "prometheus_updated": stored,
            "database_stored": stored,
            "timestamp": now,
            **outcome,
            **_ignored(parsed),
        },
    )


def track_batch(call: Call) -> Answer:
    now = datetime.now(UTC)
    items = parse_batch(call.body(BATCH_MAX_BYTES), now, call.meta.get(IDEMPOTENCY_KEY))
    records = [item.record for item in items if isinstance(item, Parsed)]
    outcomes = iter(_taken(call, records) if records else [])
    results = [{"index": index, **_result(item, outcomes)} for index, item in enumerate(items)]
    return json_answer(*_summary(results, now))


def _taken(call: Call, records: list[Record]) -> list[Outcome]:
    """By the queue, where there is one. A refusal names the ids to send again with: those, too,
    that the sender left to us."""
    try:
        if queue := ingest_queue(call.queue_url):
            return _queued(records, queue.send_records(records))
        return [stored._asdict() for stored in call.database.save(records)]
    except Refusal as refusal:
        ids = [record.request_id for record in records]
        refusal.body |= {"request_id": ids[0]} if len(ids) == 1 else {"request_ids": ids}
        raise


def _queued(records: list[Record], count: int) -> list[Outcome]:
    """The first ones are; whether a record was known before is for the consumer to see."""
    taken: list[Outcome] = [{"queued": True, "duplicate": None}] * count
    missed: list[Outcome] = [queue_away().body] * (len(records) - count)
    return [
        {"request_id": record.request_id, **outcome}
        for record, outcome in zip(records, taken + missed, strict=True)
    ]


def _result(item: Parsed | Refusal, outcomes: Iterator[Outcome]) -> Outcome:
    return item.body if isinstance(item, Refusal) else {**next(outcomes), **_ignored(item)}


def _ignored(parsed: Parsed) -> Outcome:
    """Says which fields were of no use; nothing where all were."""
    return {"ignored": sorted(parsed.ignored)} if parsed.ignored else {}


def _summary(results: list[Outcome], now: datetime) -> tuple[HTTPStatus, Outcome]:
    counts = {
        "stored": sum(result.get("duplicate") is False for result in results),
        "duplicates": sum(result.get("duplicate") is True for result in results),
        "refused": sum("error" in result for result in results),
    }
    queued = sum("queued" in result for result in results)
    counts |= {"queued": queued} if queued else {}
    if counts["refused"] == len(results):
        error = {"error": "No record could be stored; see results."}
        return HTTPStatus.BAD_REQUEST, {**error, **counts, "results": results}
    partial = bool(counts["refused"])
    complete = HTTPStatus.ACCEPTED if queued else HTTPStatus.OK
    return (
        HTTPStatus.MULTI_STATUS if partial else complete,
        {
            "status": "partial" if partial else "success",
            **counts,
            "results": results,
            "timestamp": now,
        },
    )
