"""Stores records: each once, with what it adds to the totals pending. Knows no Django.

Both databases take the records as one JSON array. Nobody waits for anybody: rollups, which many
records share, are for a fold to add up.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

import msgspec

from tracking.store import bins
from tracking.store.fold import FOLD_EVERY, MEASURES
from tracking.store.labels import Cursor, KnownSets, LabelSets, labels_of
from tracking.store.record import Record

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
    fresh = APPEND[vendor](cursor, msgspec.json.encode(_first_of_each_key(records)).decode())
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
    return sorted(first.values(), key=attrgetter("key"))


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


def _append_on_postgresql(cursor: Cursor, records: str) -> Fresh:
    """One round trip: a function of the database's, so that its plan is kept between calls."""
    cursor.execute("SELECT * FROM tracking_append(%s::json, %s)", [records, FOLD_EVERY])
    rows = cursor.fetchall()
    return Fresh({(row[0], row[1]) for row in rows}, any(row[2] for row in rows))


def _append_on_sqlite(cursor: Cursor, records: str) -> Fresh:
    cursor.execute(SQLITE_REQUESTS, [records])
    rows = cursor.fetchall()
    ids = [row[2] for row in rows]
    cursor.execute(SQLITE_PENDING, [msgspec.json.encode(ids).decode()])
    return Fresh({(row[0], row[1]) for row in rows}, any(id_ % FOLD_EVERY == 0 for id_ in ids))


APPEND: dict[str, Callable[[Cursor, str], Fresh]] = {
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
    return f"CAST({value} AS NUMERIC)" if column == "cost_usd" else value


SQLITE_REQUESTS = (
    f"INSERT INTO tracking_airequest ({', '.join(_COLUMNS)})"
    f" SELECT {', '.join(_sqlite_value(column) for column in _COLUMNS)} FROM json_each(%s)"
    " WHERE true ON CONFLICT (business_id, request_id) DO NOTHING"
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
