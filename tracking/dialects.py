"""What differs between PostgreSQL and SQLite when records are stored. Knows no Django.

Both take the records as one JSON array, insert those that are new, and add them to their rollups.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tracking.labels import Labels
from tracking.records import Record

Key = tuple[str, str]


class Cursor(Protocol):
    """The part of a DB-API cursor that is used; parameters are written `%s`."""

    def execute(self, sql: str, params: Sequence[Any] = ..., /) -> Any: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Any: ...


class LabelSets:
    """Label sets in either database."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def find_label_set(self, labels: Labels) -> int | None:
        self.cursor.execute("SELECT id FROM tracking_labelset WHERE digest = %s", [labels.digest])
        return self._id()

    def create_label_set(self, labels: Labels, cap: int | None) -> int | None:
        """Racing processes may pass the cap by one each: a lock for it would cost every one."""
        room = "" if cap is None else f"(SELECT count(*) FROM tracking_labelset) < {cap:d} AND"
        columns = ", ".join(("digest", *Labels._fields, "model_set_id"))
        oldest = "(SELECT min(id) FROM tracking_labelset WHERE request_model = %s)"
        self.cursor.execute(
            f"INSERT INTO tracking_labelset ({columns})"
            f" SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, {oldest} WHERE {room} true"
            " ON CONFLICT (digest) DO NOTHING RETURNING id",
            [labels.digest, *labels, labels.request_model],
        )
        return self._id()

    def _id(self) -> int | None:
        row = self.cursor.fetchone()
        return row[0] if row else None


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
