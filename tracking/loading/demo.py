"""Fills an empty database with the demo, and goes on where an earlier run was interrupted."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Sum

from tracking.loading.bulk import BATCH_RECORDS, load_of, store_batch
from tracking.loading.demo_records import Demo
from tracking.models import BulkLoad, Total
from tracking.querysets import DEMO


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
    records = Demo(**options, until=load.started_at).records()
    done = int(load.last_id.rpartition(":")[2] or 0)
    records = islice(records, done, None)
    while batch := list(islice(records, BATCH_RECORDS)):
        yield store_batch(load, batch, last_id=batch[-1].request_id)


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
