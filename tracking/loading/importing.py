"""Imports the old table's history: each row once, in the hour in which it happened."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from tracking.errors import Refusal
from tracking.loading.bulk import claim, load_of, store_batch
from tracking.loading.old_table import Row, Slice, Table, record_of_row
from tracking.models import BulkLoad
from tracking.querysets import AI_METRICS
from tracking.store.record import Record

EXAMPLE_IDS = 5


@dataclass
class Outcome:
    """`refused`: how many rows by reason; `examples`: the first ids of each reason."""

    stored: int = 0
    duplicates: int = 0
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, row: Row, reason: str) -> None:
        self.refused[reason] += 1
        if len(self.examples[reason]) < EXAMPLE_IDS:
            self.examples[reason].append(row.id)


def import_rows(table: Table, until: datetime, outcome: Outcome) -> Iterator[int]:
    """Takes the rows created before that moment; yields how many were read with each batch.

    An interrupted pass ends first, with its own `until`: what it left out lies behind its
    cursor, and is the next pass's.
    """
    load = load_of(AI_METRICS)
    if load.until:
        yield from _pass(load, table, outcome)
    load.until = until
    yield from _pass(load, table, outcome)


def _pass(load: BulkLoad, table: Table, outcome: Outcome) -> Iterator[int]:
    assert load.until
    of = Slice(load.until, load.covered_id, load.covered_until)
    covered_id = table.last_id()
    for rows in table.pages(of, load.last_id):
        records = _records(rows, outcome)
        stored = store_batch(load, records, last_id=rows[-1].id)
        outcome.stored += stored
        outcome.duplicates += len(records) - stored
        yield len(rows)
    _end_pass(load, covered_id)


def _end_pass(load: BulkLoad, covered_id: str) -> None:
    assert load.until
    with transaction.atomic():
        claim(load)
        if not load.covered_until or load.until >= load.covered_until:
            load.covered_id, load.covered_until = covered_id, load.until
        load.last_id, load.until = "", None
        load.save()


def _records(rows: list[Row], outcome: Outcome) -> list[Record]:
    records = []
    for row in rows:
        try:
            records.append(record_of_row(row))
        except Refusal as refusal:
            outcome.refuse(row, str(refusal))
    return records
