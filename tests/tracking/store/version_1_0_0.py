"""Stores records as earlier versions do until their last process has ended: by their functions."""

from operator import attrgetter

import msgspec
from django.conf import settings
from django.db import connection

from tracking.store.append import place
from tracking.store.fold import FOLD_EVERY
from tracking.store.labels import LabelSets
from tracking.store.record import Record


def store_as_1_0_0(records: list[Record]) -> int:
    """How many were new."""
    return _store("SELECT count(*) FROM tracking_store_records(%s::jsonb)", records)


def store_as_before_second_reports(records: list[Record]) -> int:
    return _store(f"SELECT count(*) FROM tracking_append(%s::json, {FOLD_EVERY})", records)


def _store(call: str, records: list[Record]) -> int:
    with connection.cursor() as cursor:
        for record in records:
            place(record, LabelSets(cursor), settings.MAX_LABEL_SETS)
        ordered = msgspec.json.encode(sorted(records, key=attrgetter("key"))).decode()
        cursor.execute(call, [ordered])
        return int(cursor.fetchone()[0])
