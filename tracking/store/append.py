"""Stores records: rows and rollups in one transaction, each record once. Knows no Django.

Both databases take the records as one JSON array, insert those that are new, and add them to
their rollups.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from tracking.store import bins
from tracking.store.labels import Cursor, KnownSets, LabelSets, labels_of
from tracking.store.record import Record

Key = tuple[str, str]

known_sets = KnownSets()


class Stored(NamedTuple):
    """What became of a record: stored now, or known before (`duplicate`)."""

    request_id: str
    duplicate: bool


def store_records(cursor: Cursor, vendor: str, records: list[Record], cap: int) -> list[Stored]:
    """Answers in the order of `records`; on SQLite it must run in a transaction."""
    label_sets = LabelSets(cursor)
    for record in records:
        _place(record, label_sets, cap)
    fresh = STORE[vendor](cursor, msgspec.json.encode(records).decode())
    return [_stored(record, fresh) for record in records]


def _place(record: Record, label_sets: LabelSets, cap: int) -> None:
    """Says under which label set and bins a record is counted."""
    record.label_set_id, record.folded = known_sets.resolve(labels_of(record), label_sets, cap)
    record.duration_bin = bins.duration_bin(record.duration_ms)
    record.bucket_bin = bins.bucket_bin(record.duration_bin)


def _stored(record: Record, fresh: set[Key]) -> Stored:
    """Takes the key out, so that a second record with it in the same batch is a duplicate."""
    duplicate = record.key not in fresh
    fresh.discard(record.key)
    return Stored(record.request_id, duplicate)


def store_on_postgresql(cursor: Cursor, records: str) -> set[Key]:
    """One round trip: a function of the database's, so that its plan is kept between calls."""
    cursor.execute("SELECT * FROM tracking_store_records(%s::jsonb)", [records])
    return {(business_id, request_id) for business_id, request_id in cursor.fetchall()}


def store_on_sqlite(cursor: Cursor, records: str) -> set[Key]:
    """Two statements, to be run in one transaction that began as IMMEDIATE."""
    cursor.execute(SQLITE_INSERT, [records])
    stored = {(business_id, request_id) for business_id, request_id in cursor.fetchall()}
    fresh = _only_first(records, stored)
    if fresh:
        cursor.execute(SQLITE_ROLL_UP, [json.dumps(fresh)])
    return stored


def _only_first(records: str, stored: set[Key]) -> list[dict[str, Any]]:
    """One record for each stored key: a batch may hold a key twice."""
    by_key = {(row["business_id"], row["request_id"]): row for row in reversed(json.loads(records))}
    return [row for key, row in by_key.items() if key in stored]


STORE: dict[str, Callable[[Cursor, str], set[Key]]] = {
    "postgresql": store_on_postgresql,
    "sqlite": store_on_sqlite,
}

_COLUMNS = Record.__struct_fields__


def _sqlite_value(column: str) -> str:
    value = f"value ->> '$.{column}'"
    if column.endswith("_at"):
        # Django's format of a time in SQLite.
        return f"replace(replace({value}, 'T', ' '), 'Z', '')"
    if column == "metadata":
        return "value -> '$.metadata'"
    return f"CAST({value} AS NUMERIC)" if column == "cost_usd" else value


SQLITE_INSERT = (
    f"INSERT INTO tracking_airequest ({', '.join(_COLUMNS)})"
    f" SELECT {', '.join(_sqlite_value(column) for column in _COLUMNS)} FROM json_each(%s)"
    " WHERE true ORDER BY 1, 2 ON CONFLICT (business_id, request_id) DO NOTHING"
    " RETURNING business_id, request_id"
)

_ADDENDS = {
    "requests": "1",
    "failures": "record.value ->> '$.error_type' <> ''",
    "folded": "record.value ->> '$.folded'",
    "duration_ms": "record.value ->> '$.duration_ms'",
    "success_rate": "record.value ->> '$.success_rate'",
    "input_tokens": "coalesce(record.value ->> '$.input_tokens', 0)",
    "output_tokens": "coalesce(record.value ->> '$.output_tokens', 0)",
    "total_tokens": "record.value ->> '$.total_tokens'",
    "cost_usd": "coalesce(CAST(record.value ->> '$.cost_usd' AS NUMERIC), 0)",
    "priced": "(record.value ->> '$.cost_usd') IS NOT NULL",
    "appointments_requested": "record.value ->> '$.appointment_requested'",
    "appointments_booked": "record.value ->> '$.appointment_booked'",
    "human_handoffs": "record.value ->> '$.human_handoff_requested'",
}

SQLITE_ROLL_UP = f"""
    INSERT INTO tracking_rollup
        (period, starts_at, label_set_id, duration_bin, {", ".join(_ADDENDS)})
    SELECT period.value,
        CASE period.value
            WHEN 2 THEN substr(record.value ->> '$.received_at', 1, 10) || ' 00:00:00'
            WHEN 3 THEN replace(substr(record.value ->> '$.received_at', 1, 13), 'T', ' ')
                || ':00:00'
            ELSE '1970-01-01 00:00:00'
        END,
        iif(period.value = 0, coalesce(labels.model_set_id, labels.id), labels.id),
        CASE period.value
            WHEN 0 THEN record.value ->> '$.bucket_bin'
            WHEN 1 THEN 0
            ELSE record.value ->> '$.duration_bin'
        END,
        {", ".join(f"sum({addend})" for addend in _ADDENDS.values())}
    FROM json_each(%s) AS record
    JOIN tracking_labelset AS labels ON labels.id = record.value ->> '$.label_set_id'
    CROSS JOIN json_each('[0, 1, 2, 3]') AS period
    WHERE true GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (period, starts_at, label_set_id, duration_bin) DO UPDATE SET
    {", ".join(f"{name} = {name} + excluded.{name}" for name in _ADDENDS)}
"""
