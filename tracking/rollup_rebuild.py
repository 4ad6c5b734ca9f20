"""Mends rollups that differ from the requests that still exist."""

from typing import Any

from django.db import connection, transaction

from tracking.measures import SUMS
from tracking.rollup_check import Mismatch, Window, mismatches, rollups_of

# Keeps a statement's parameters below SQLite's and PostgreSQL's limits.
UPSERT_ROWS = 500
LOCK_ID = 7_201_406_518
COLUMNS = ("period", "starts_at", "label_set_id", "duration_bin", *SUMS)


def mend(window: Window) -> int:
    """Answers how many rollups differed.

    A float that was far off keeps a rest of the addition; it goes with the second time.
    """
    found = _add_differences(window)
    if found:
        _add_differences(window)
    return found


def _add_differences(window: Window) -> int:
    """READ COMMITTED, and no lock that ingest would wait for while requests are read: each
    statement sees its own moment, and differences are added, as ingest adds. Rebuilds wait for
    each other, or both would add."""
    with transaction.atomic():
        _wait_for_other_rebuilds()
        found = list(mismatches(window))
        if found:
            _add(found)
            rollups_of(window).filter(requests=0).delete()
    return len(found)


def _wait_for_other_rebuilds() -> None:
    """On SQLite the transaction is alone anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_ID])


def _add(found: list[Mismatch]) -> None:
    """In the order of keys, like ingest, so that none waits for the other in a circle."""
    for start in range(0, len(found), UPSERT_ROWS):
        rows = [_addends(mismatch) for mismatch in found[start : start + UPSERT_ROWS]]
        with connection.cursor() as cursor:
            cursor.execute(_upsert(len(rows)), [value for row in rows for value in row])


def _addends(mismatch: Mismatch) -> list[Any]:
    starts_at, label_set_id, duration_bin = mismatch.key
    sums = zip(SUMS, mismatch.of_rollup, mismatch.of_requests, strict=True)
    return [
        int(mismatch.period),
        connection.ops.adapt_datetimefield_value(starts_at),
        label_set_id,
        duration_bin,
        *(wanted - held if name in mismatch.columns else 0 for name, held, wanted in sums),
    ]


def _upsert(rows: int) -> str:
    places = ", ".join(["(" + ", ".join(["%s"] * len(COLUMNS)) + ")"] * rows)
    added = ", ".join(f"{name} = tracking_rollup.{name} + excluded.{name}" for name in SUMS)
    return (
        f"INSERT INTO tracking_rollup ({', '.join(COLUMNS)}) VALUES {places}"
        f" ON CONFLICT (period, starts_at, label_set_id, duration_bin) DO UPDATE SET {added}"
    )
