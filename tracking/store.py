"""Stores records: rows and rollups in one transaction, each record once. Knows no Django."""

from typing import NamedTuple

import msgspec

from tracking import bins, dialects
from tracking.dialects import Cursor, LabelSets
from tracking.labels import KnownSets, labels_of
from tracking.records import Record

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
    fresh = dialects.STORE[vendor](cursor, msgspec.json.encode(records).decode())
    return [_stored(record, fresh) for record in records]


def _place(record: Record, label_sets: LabelSets, cap: int) -> None:
    """Says under which label set and bins a record is counted."""
    record.label_set_id, record.folded = known_sets.resolve(labels_of(record), label_sets, cap)
    record.duration_bin = bins.duration_bin(record.duration_ms)
    record.bucket_bin = bins.bucket_bin(record.duration_bin)


def _stored(record: Record, fresh: set[dialects.Key]) -> Stored:
    """Takes the key out, so that a second record with it in the same batch is a duplicate."""
    duplicate = record.key not in fresh
    fresh.discard(record.key)
    return Stored(record.request_id, duplicate)
