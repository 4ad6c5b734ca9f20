"""Holds totals against the requests that still exist, and adds what is missing to the rollups.

One SQL statement reads both sides of a period, so it sees one moment of the database while
records come in and are folded. What differs is then added to the rollup, never set: what was
folded in between stays.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from math import isclose
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Min, QuerySet, Sum, Value

from tracking.models import AIRequest, PlacedRequest, Pruning, Rollup, Total
from tracking.store.fold import KEY, LOCK_ID, MEASURES
from tracking.store.periods import DAY, EPOCH, Period, floor_day

# Floats (and SQLite's costs) depend on the order of their addition.
RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12
# What version 1.0.0 counted was not rounded to a multiple of 2^-17 ms.
ROUNDING_MS = 2**-18
INEXACT = {"duration_ms", "success_rate", "cost_usd"}
# Of a row of either side: where it counts, behind the period.
PLACE = KEY[1:]
# Keeps a statement's parameters below SQLite's and PostgreSQL's limits.
UPSERT_ROWS = 500
COLUMNS = (*KEY, *MEASURES)


class Window(NamedTuple):
    """The rollups of a period from `since` on: of one UTC day, or of all time."""

    period: Period
    since: datetime


class Mismatch(NamedTuple):
    """A total that differs from its requests.

    `key`: its start, label set and duration bin. Sums are in the order of MEASURES.
    """

    period: Period
    key: tuple[datetime, int, int]
    of_total: tuple[Any, ...]
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


def mismatches(window: Window) -> Iterator[Mismatch]:
    both_sides = _of_requests(window).union(_of_totals(window), all=True).order_by(*PLACE)
    rows = both_sides.iterator(chunk_size=2_000)
    may_be_higher: bool | None = None
    for key, sides in groupby(rows, key=lambda row: row[:3]):
        if may_be_higher is None:
            may_be_higher = _may_be_higher(window)
        of_total, of_requests = _sides(sides)
        columns = tuple(_differing(of_total, of_requests, may_be_higher))
        if columns:
            yield Mismatch(window.period, key, of_total, of_requests, columns)


def _may_be_higher(window: Window) -> bool:
    """Whether requests may be gone. Asked after both sides were read: a pruning says so before
    it deletes."""
    complete_since = Pruning.objects.complete_since()
    return window in ALL_TIME or (complete_since is not None and window.since < complete_since)


def _of_requests(window: Window) -> QuerySet[PlacedRequest, Any]:
    rows = PlacedRequest.objects.filter(period=window.period)
    if window not in ALL_TIME:
        rows = rows.filter(received_at__gte=window.since, received_at__lt=window.since + DAY)
    return _added_up(rows, side=1)


def _of_totals(window: Window) -> QuerySet[Total, Any]:
    return _added_up(Total.objects.of_period(window.period, window.since, window.since + DAY), 0)


def _added_up(rows: QuerySet[Any], side: int) -> QuerySet[Any, Any]:
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    keyed = rows.order_by().values(*PLACE).annotate(side=Value(side), **sums)
    summed: QuerySet[Any, Any] = keyed.values_list(*PLACE, "side", *sums)
    return summed


def _sides(rows: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """(sums of the rollup, sums of its requests); zeros for a side that has no row."""
    nothing = (0,) * len(MEASURES)
    by_side = {row[3]: row[4:] for row in rows}
    return by_side.get(0, nothing), by_side.get(1, nothing)


def _differing(
    of_total: tuple[Any, ...], of_requests: tuple[Any, ...], may_be_higher: bool
) -> Iterator[str]:
    requests = of_requests[MEASURES.index("requests")]
    for column, held, wanted in zip(MEASURES, of_total, of_requests, strict=True):
        rounding = requests * ROUNDING_MS if column == "duration_ms" else ABSOLUTE_TOLERANCE
        if not _same(column, held, wanted, rounding) and not (may_be_higher and held > wanted):
            yield column


def _same(column: str, held: Any, wanted: Any, rounding: float) -> bool:
    if column in INEXACT:
        return isclose(held, wanted, rel_tol=RELATIVE_TOLERANCE, abs_tol=rounding)
    return bool(held == wanted)


def mend(window: Window) -> int:
    """Answers how many rollups differed.

    A float that was far off keeps a rest of the addition; it goes with the second time.
    """
    mended = _add_differences(window)
    if mended:
        _add_differences(window)
    return mended


def _add_differences(window: Window) -> int:
    """READ COMMITTED, and no lock that ingest would wait for: each statement sees its own moment,
    and differences are added, as folds add. Rebuilds wait for each other, or both would add, and
    folds pass: they would lock rollups in another order."""
    with transaction.atomic():
        _wait_for_other_rebuilds()
        differing = list(mismatches(window))
        if differing:
            _add(differing)
            until = window.since + DAY
            rollups = Rollup.objects.filter(period=window.period, starts_at__gte=window.since)
            rollups.filter(starts_at__lt=until, requests=0).delete()
    return len(differing)


def _wait_for_other_rebuilds() -> None:
    """On SQLite the transaction is alone anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_ID])


def _add(differing: list[Mismatch]) -> None:
    """In the order of keys, like 1.0.0's function, so that none waits for the other in a circle."""
    for start in range(0, len(differing), UPSERT_ROWS):
        rows = [_addends(mismatch) for mismatch in differing[start : start + UPSERT_ROWS]]
        with connection.cursor() as cursor:
            cursor.execute(_upsert(len(rows)), [value for row in rows for value in row])


def _addends(mismatch: Mismatch) -> list[Any]:
    starts_at, label_set_id, duration_bin = mismatch.key
    sums = zip(MEASURES, mismatch.of_total, mismatch.of_requests, strict=True)
    return [
        int(mismatch.period),
        connection.ops.adapt_datetimefield_value(starts_at),
        label_set_id,
        duration_bin,
        *(wanted - held if name in mismatch.columns else 0 for name, held, wanted in sums),
    ]


def _upsert(rows: int) -> str:
    places = ", ".join(["(" + ", ".join(["%s"] * len(COLUMNS)) + ")"] * rows)
    added = ", ".join(f"{name} = tracking_rollup.{name} + excluded.{name}" for name in MEASURES)
    return (
        f"INSERT INTO tracking_rollup ({', '.join(COLUMNS)}) VALUES {places}"
        f" ON CONFLICT (period, starts_at, label_set_id, duration_bin) DO UPDATE SET {added}"
    )
