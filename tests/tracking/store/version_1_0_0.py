"""Stores records as version 1.0.0 does until its last process has ended: by its own function."""

from operator import attrgetter

import msgspec
from django.conf import settings
from django.db import connection

from tracking.store.append import place
from tracking.store.labels import LabelSets
from tracking.store.record import Record


def store_as_1_0_0(records: list[Record]) -> int:
    """How many were new."""
    with connection.cursor() as cursor:
        for record in records:
            place(record, LabelSets(cursor), settings.MAX_LABEL_SETS)
        ordered = msgspec.json.encode(sorted(records, key=attrgetter("key"))).decode()
        cursor.execute("SELECT count(*) FROM tracking_store_records(%s::jsonb)", [ordered])
        return int(cursor.fetchone()[0])
