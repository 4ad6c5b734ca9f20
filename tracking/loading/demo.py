"""Fills an empty database with the demo, goes on where an earlier run was interrupted, and lets
it live on."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Sum

from tracking.loading.bulk import BATCH_RECORDS, load_of, store_batch
from tracking.loading.demo_records import Demo
from tracking.models import BulkLoad, Total
from tracking.querysets import DEMO
from tracking.store.record import Record


class DemoRefused(Exception):
    """Says why this database takes no demo, and what to do."""


def load_demo(days: int, requests_per_day: int, seed: int, now: datetime) -> Iterator[int]:
    """Yields how many requests each batch stored."""
    options = {"days": days, "requests_per_day": requests_per_day, "seed": seed}
    load = load_of(DEMO)
    _refuse_real_requests(load)
    if load.last_id and load.options != options:
        raise DemoRefused(f"This database holds another demo: {_arguments(load.options)}.")
    if not load.last_id:
        load.options, load.started_at = options, now
    records = islice(Demo(**options, until=load.started_at).records(), _done(load), None)
    while batch := list(islice(records, BATCH_RECORDS)):
        yield store_batch(load, batch, last_id=batch[-1].request_id)


class LiveDemo:
    """What comes after the month with which the database was filled: at the demo's own hours, as
    the same seed always makes it, for FURTHER_DAYS."""

    def __init__(self) -> None:
        self.load = load_of(DEMO)
        if not self.load.last_id:
            raise DemoRefused("This database holds no demo to go on with: run demo_data first.")
        demo = Demo(**self.load.options, until=self.load.started_at)
        self.coming = islice(demo.going_on(), _done(self.load), None)
        self.next = next(self.coming, None)

    def catch_up(self, now: datetime) -> int:
        """Stores what is due by now, and answers how much that was."""
        stored = 0
        while batch := self._due(now):
            stored += store_batch(self.load, batch, last_id=batch[-1].request_id)
        return stored

    def _due(self, now: datetime) -> list[Record]:
        batch: list[Record] = []
        while self.next and self.next.received_at <= now and len(batch) < BATCH_RECORDS:
            batch.append(self.next)
            self.next = next(self.coming, None)
        return batch


def _done(load: BulkLoad) -> int:
    return int(load.last_id.rpartition(":")[2] or 0)


def _refuse_real_requests(load: BulkLoad) -> None:
    """All-time totals know of pruned requests, too."""
    counted = Total.objects.all_time().aggregate(sum=Sum("requests", default=0))["sum"]
    if counted > load.stored:
        raise DemoRefused(
            f"This database has counted {counted - load.stored:,} real requests, with which demo"
            " data must not mix. Use an empty database, for example"
            " DATABASE_URL=sqlite:///demo.sqlite3, after `migrate`."
        )


def _arguments(options: dict[str, int]) -> str:
    return "--days {days} --requests-per-day {requests_per_day} --seed {seed}".format(**options)
