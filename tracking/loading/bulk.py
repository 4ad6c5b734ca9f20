"""Stores many records in batches, and with each batch how far the load came."""

from django.conf import settings
from django.db import connection, transaction

from tracking.models import BulkLoad
from tracking.store import append
from tracking.store.append import append_records
from tracking.store.record import Record
from tracking.store.through_django import ThroughDjango

BATCH_RECORDS = 1_000


def load_of(source: str) -> BulkLoad:
    """How far it came; a new one is stored with its first batch."""
    return BulkLoad.objects.filter(source=source).first() or BulkLoad(source=source)


class OtherRun(Exception):
    """Another process goes on with the same load at the same time."""


def store_batch(load: BulkLoad, records: list[Record], last_id: str) -> int:
    """Commits the records together with `last_id`; answers how many were new."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            claim(load)
            appended = append_records(cursor, connection.vendor, records, settings.MAX_LABEL_SETS)
            new = sum(not stored.duplicate for stored in appended.stored)
            load.last_id, load.stored = last_id, load.stored + new
            load.save()
    except BaseException:
        # The label sets that it made are gone with the transaction.
        append.known_sets.forget()
        raise
    if appended.fold_due:
        ThroughDjango().fold()
    return new


def claim(load: BulkLoad) -> None:
    """Locks the load, which must stand where this process left it, or be new."""
    current, _ = BulkLoad.objects.select_for_update().get_or_create(source=load.source)
    if (current.last_id, current.stored) != (load.last_id, load.stored):
        raise OtherRun(f"{load.source}: another run is under way. Let it end, then repeat this.")
