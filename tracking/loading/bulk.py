"""Stores many records in batches, and with each batch how far the load came."""

from django.db import transaction

from tracking.models import BulkLoad
from tracking.store import append
from tracking.store.record import Record
from tracking.store.through_django import store_records

BATCH_RECORDS = 1_000


def load_of(source: str) -> BulkLoad:
    """How far it came; a new one is stored with its first batch."""
    return BulkLoad.objects.filter(source=source).first() or BulkLoad(source=source)


class OtherRun(Exception):
    """Another process goes on with the same load at the same time."""


def store_batch(load: BulkLoad, records: list[Record], last_id: str) -> int:
    """Commits the records together with `last_id`; answers how many were new."""
    try:
        with transaction.atomic():
            claim(load)
            new = sum(not stored.duplicate for stored in store_records(records)) if records else 0
            load.last_id, load.stored = last_id, load.stored + new
            load.save()
    except BaseException:
        # The label sets that it made are gone with the transaction.
        append.known_sets.forget()
        raise
    return new


def claim(load: BulkLoad) -> None:
    """Locks the load, which must stand where this process left it, or be new."""
    current, _ = BulkLoad.objects.select_for_update().get_or_create(source=load.source)
    if (current.last_id, current.stored) != (load.last_id, load.stored):
        raise OtherRun(f"{load.source}: another run is under way. Let it end, then repeat this.")
