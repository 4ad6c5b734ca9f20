"""Stores records: each once, with what it adds to the totals pending. Knows no Django.

Both databases take the records as one JSON array. Nobody waits for anybody: rollups, which many
records share, are for a fold to add up.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tracking.store import bins
from tracking.store.fold import FOLD_EVERY, MEASURES
from tracking.store.labels import Cursor, KnownSets, LabelSets, labels_of
from tracking.store.record import UNKNOWN, Record

Key = tuple[str, str]

known_sets = KnownSets()


class Stored(NamedTuple):
    """What became of a record: stored now, or known before (`duplicate`)."""

    request_id: str
    duplicate: bool


class Appended(NamedTuple):
    """`stored` is in the order of the records; `fold_due` says that it is this writer's turn."""

    stored: list[Stored]
    fold_due: bool


class Fresh(NamedTuple):
    """The keys that were new, and whether a fold is due."""

    keys: set[Key]
    fold_due: bool


def append_records(
    cursor: Cursor, vendor: str, records: list[Record], cap: int, *, again: bool = False
) -> Appended:
    """On SQLite it must run in a transaction. `again`: they may have been stored a moment ago."""
    label_sets = LabelSets(cursor)
    for record in records:
        place(record, label_sets, cap)
    fresh = APPEND[vendor](cursor, _first_of_each_key(records))
    if again:
        fresh.keys.update(_stored_a_moment_ago(cursor, records))
    return Appended([_stored(record, fresh.keys) for record in records], fresh.fold_due)


def place(record: Record, label_sets: LabelSets, cap: int) -> None:
    """Says under which label set and bins a record is counted."""
    record.label_set_id, record.folded = known_sets.resolve(labels_of(record), label_sets, cap)
    record.duration_bin = bins.duration_bin(record.duration_ms)
    record.bucket_bin = bins.bucket_bin(record.duration_bin)


def _first_of_each_key(records: list[Record]) -> list[Record]:
    """In one order, or two batches could wait for each other's keys in a circle."""
    if len(records) == 1:
        return records
    first = {record.key: record for record in reversed(records)}
    return sorted(first.values(), key=_order)


def _order(record: Record) -> tuple[str, str, str]:
    return (record.business_id, record.response_id or "", record.request_id)


def _stored(record: Record, fresh: set[Key]) -> Stored:
    """Takes the key out, so that a second record with it in the same batch is a duplicate."""
    duplicate = record.key not in fresh
    fresh.discard(record.key)
    return Stored(record.request_id, duplicate)


def _stored_a_moment_ago(cursor: Cursor, records: list[Record]) -> set[Key]:
    """By an attempt whose answer was lost: nobody else has received them at the same moment."""
    cursor.execute(
        "SELECT business_id, request_id, received_at FROM tracking_airequest"
        f" WHERE (business_id, request_id) IN (VALUES {', '.join(['(%s, %s)'] * len(records))})",
        [part for record in records for part in record.key],
    )
    received = {record.key: record.received_at for record in records}
    return {row[:2] for row in cursor.fetchall() if row[2] == received[row[:2]]}


def _append_on_postgresql(cursor: Cursor, records: list[Record]) -> Fresh:
    """One round trip: a function of the database's, so that its plan is kept between calls."""
    cursor.execute(
        "SELECT * FROM tracking_append_reports(%s::json, %s, %s)",
        [_as_json(records), FOLD_EVERY, any(record.response_id for record in records)],
    )
    rows = cursor.fetchall()
    return Fresh({(row[0], row[1]) for row in rows}, any(row[2] for row in rows))


def _append_on_sqlite(cursor: Cursor, records: list[Record]) -> Fresh:
    cursor.execute(SQLITE_REQUESTS, [_as_json(records)])
    rows = cursor.fetchall()
    ids = [row[2] for row in rows]
    cursor.execute(SQLITE_PENDING, [_as_json(ids)])
    fresh = Fresh({(row[0], row[1]) for row in rows}, any(id_ % FOLD_EVERY == 0 for id_ in ids))
    for record in records:
        if record.response_id and record.key not in fresh.keys:
            _fill_in_on_sqlite(cursor, record)
    return fresh


def _fill_in_on_sqlite(cursor: Cursor, report: Record) -> None:
    """Adds what the totals of its call gain."""
    cursor.execute(SQLITE_ADDEND, [report.business_id, report.response_id])
    [earlier] = cursor.fetchall() or [None]
    cursor.execute(SQLITE_FILL_IN, [_as_json(report)])
    if earlier and cursor.fetchall():
        cursor.execute(SQLITE_GAINED, [*earlier[1:], earlier[0]])


def _as_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


APPEND: dict[str, Callable[[Cursor, list[Record]], Fresh]] = {
    "postgresql": _append_on_postgresql,
    "sqlite": _append_on_sqlite,
}

_COLUMNS = Record.__struct_fields__


def _sqlite_value(column: str) -> str:
    value = f"value ->> '$.{column}'"
    if column.endswith("_at"):
        # Django's format of a time in SQLite.
        return f"replace(replace({value}, 'T', ' '), 'Z', '')"
    if column == "metadata":
        return "value -> '$.metadata'"
    if column in ("outcome", "token_mismatch"):
        return f"coalesce({value}, '')"
    return f"CAST({value} AS NUMERIC)" if column == "cost_usd" else value


SQLITE_REQUESTS = (
    f"INSERT INTO tracking_airequest ({', '.join(_COLUMNS)})"
    f" SELECT {', '.join(_sqlite_value(column) for column in _COLUMNS)} FROM json_each(%s)"
    " WHERE true ON CONFLICT DO NOTHING"
    " RETURNING business_id, request_id, id"
)

# A label set that a wiped database no longer has becomes a NULL, which is refused.
SQLITE_PENDING = f"""
    INSERT INTO tracking_pending
        (received_at, label_set_id, duration_bin, bucket_bin, {", ".join(MEASURES)})
    SELECT received_at, (SELECT id FROM tracking_labelset WHERE id = label_set_id), duration_bin,
        bucket_bin, {", ".join(MEASURES)}
    FROM tracking_addend WHERE id IN (SELECT value FROM json_each(%s))
"""

# What a second report may fill in, as the function on PostgreSQL does (migration 0007): where
# nothing is known, nothing was said, or it didn't happen.
NULLABLE = (
    "occurred_at",
    "conversation_id",
    "session_id",
    "time_to_first_chunk_ms",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_read_tokens",
    "cached_write_tokens",
    "reasoning_tokens",
    "cost_usd",
    "success_rate",
    "user_satisfaction",
    "user_message_length",
    "ai_response_length",
    "metadata",
)
LABELS = ("provider_name", "request_model", "response_type", "intent")
BOOLEANS = ("appointment_requested", "appointment_booked", "human_handoff_requested")

_FILLED_IN = ", ".join(
    [
        *(f"{name} = coalesce(kept.{name}, report.{name})" for name in NULLABLE),
        *(
            f"{name} = CASE kept.{name} WHEN '{UNKNOWN}' THEN report.{name} ELSE kept.{name} END"
            for name in LABELS
        ),
        *(f"{name} = kept.{name} OR report.{name}" for name in BOOLEANS),
        "deployment = CASE kept.deployment WHEN '' THEN report.deployment ELSE kept.deployment END",
        *(
            f"{name} = CASE kept.outcome WHEN '{UNKNOWN}' THEN report.{name} ELSE kept.{name} END"
            for name in ("error_type", "outcome")
        ),
        # It says how the numbers fit that came with it.
        "token_mismatch = CASE WHEN kept.total_tokens IS NULL"
        " THEN report.token_mismatch ELSE kept.token_mismatch END",
    ]
)
SQLITE_FILL_IN = f"""
    UPDATE tracking_airequest AS kept SET {_FILLED_IN}
    FROM (SELECT {", ".join(f"{_sqlite_value(name)} AS {name}" for name in _COLUMNS)}
        FROM (SELECT %s AS value)) AS report
    WHERE kept.business_id = report.business_id AND kept.response_id = report.response_id
        AND kept.request_id <> report.request_id
    RETURNING id
"""
SQLITE_ADDEND = f"""
    SELECT id, {", ".join(MEASURES)} FROM tracking_addend WHERE id =
        (SELECT id FROM tracking_airequest WHERE business_id = %s AND response_id = %s)
"""
_EARLIER = ", ".join(f"%s AS {name}" for name in MEASURES)
SQLITE_GAINED = f"""
    INSERT INTO tracking_pending
        (received_at, label_set_id, duration_bin, bucket_bin, {", ".join(MEASURES)})
    SELECT received_at, label_set_id, duration_bin, bucket_bin,
        {", ".join(f"addend.{name} - earlier.{name}" for name in MEASURES)}
    FROM tracking_addend AS addend, (SELECT {_EARLIER}) AS earlier WHERE addend.id = %s
        AND ({" OR ".join(f"addend.{name} <> earlier.{name}" for name in MEASURES)})
"""
