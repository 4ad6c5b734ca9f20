"""Holds rollups against the requests that still exist, and adds what is missing.

One SQL statement reads both sides of a period, so it sees one moment of the database while
records come in. What differs is then added to the rollup, never set: increments that came in
between stay.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from math import isclose
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import DateTimeField, F, Min, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncHour

from tracking.models import AIRequest, Pruning, Rollup
from tracking.querysets import SUMS
from tracking.store.periods import DAY, EPOCH, Period, floor_day

# Floats (and SQLite's costs) depend on the order of their addition.
RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12
INEXACT = {"duration_ms", "success_rate", "cost_usd"}

KEY = ("starts_at", "set_id", "bin")


class Window(NamedTuple):
    """The rollups of a period from `since` on: of one UTC day, or of all time."""

    period: Period
    since: datetime


class Mismatch(NamedTuple):
    """A rollup that differs from its requests.

    `key`: its start, label set and duration bin. Sums are in the order of querysets.SUMS.
    """

    period: Period
    key: tuple[datetime, int, int]
    of_rollup: tuple[Any, ...]
    of_requests: tuple[Any, ...]
    columns: tuple[str, ...]


ALL_TIME = (Window(Period.ALL, EPOCH), Window(Period.ALL_BY_DURATION, EPOCH))


def windows() -> Iterator[Window]:
    """All time, then the days and hours of each UTC day that has requests."""
    yield from ALL_TIME
    since = EPOCH
    while first := AIRequest.objects.filter(received_at__gte=since).aggregate(
        first=Min("received_at")
    )["first"]:
        yield Window(Period.DAY, floor_day(first))
        yield Window(Period.HOUR, floor_day(first))
        since = floor_day(first) + DAY


def rollups_of(window: Window) -> QuerySet[Rollup]:
    until = window.since + DAY
    return Rollup.objects.filter(
        period=window.period, starts_at__gte=window.since, starts_at__lt=until
    )


def mismatches(window: Window) -> Iterator[Mismatch]:
    both_sides = _of_requests(window).union(_of_rollups(window), all=True).order_by(*KEY)
    rows = both_sides.iterator(chunk_size=2_000)
    may_be_higher: bool | None = None
    for key, sides in groupby(rows, key=lambda row: row[:3]):
        if may_be_higher is None:
            may_be_higher = _may_be_higher(window)
        of_rollup, of_requests = _sides(sides)
        columns = tuple(_differing(of_rollup, of_requests, may_be_higher))
        if columns:
            yield Mismatch(window.period, key, of_rollup, of_requests, columns)


def _may_be_higher(window: Window) -> bool:
    """Whether requests may be gone. Asked after both sides were read: a pruning says so before
    it deletes."""
    complete_since = Pruning.objects.complete_since()
    return window in ALL_TIME or (complete_since is not None and window.since < complete_since)


def _of_requests(window: Window) -> QuerySet[AIRequest, Any]:
    starts_at: Combinable = Value(window.since, DateTimeField())
    if window.period == Period.HOUR:
        starts_at = TruncHour("received_at", tzinfo=UTC)
    rows = AIRequest.objects.all()
    if window not in ALL_TIME:
        rows = rows.filter(received_at__gte=window.since, received_at__lt=window.since + DAY)
    keyed = rows.order_by().annotate(starts_at=starts_at, **_place(window.period)).values(*KEY)
    sums = {f"sum_{name}": sum_ for name, sum_ in SUMS.items()}
    summed: QuerySet[AIRequest, Any] = keyed.annotate(side=Value(1), **sums)
    return summed.values_list(*KEY, "side", *sums)


def _place(period: Period) -> dict[str, Combinable]:
    """The label set and the bin that a period's rollups count a request under."""
    if period == Period.ALL_BY_DURATION:
        model_set = Coalesce("label_set__model_set_id", "label_set_id")
        return {"set_id": model_set, "bin": F("bucket_bin")}
    bin_ = Value(0) if period == Period.ALL else F("duration_bin")
    return {"set_id": F("label_set_id"), "bin": bin_}


def _of_rollups(window: Window) -> QuerySet[Rollup, Any]:
    named = rollups_of(window).annotate(
        set_id=F("label_set_id"), bin=F("duration_bin"), side=Value(0)
    )
    return named.values_list(*KEY, "side", *SUMS)


def _sides(rows: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """(sums of the rollup, sums of its requests); zeros for a side that has no row."""
    nothing = (0,) * len(SUMS)
    by_side = {row[3]: row[4:] for row in rows}
    return by_side.get(0, nothing), by_side.get(1, nothing)


def _differing(
    of_rollup: tuple[Any, ...], of_requests: tuple[Any, ...], may_be_higher: bool
) -> Iterator[str]:
    for column, held, wanted in zip(SUMS, of_rollup, of_requests, strict=True):
        if not _same(column, held, wanted) and not (may_be_higher and held > wanted):
            yield column


def _same(column: str, held: Any, wanted: Any) -> bool:
    if column in INEXACT:
        return isclose(held, wanted, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    return bool(held == wanted)


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
