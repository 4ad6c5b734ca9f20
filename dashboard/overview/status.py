"""The status strip: what the service is doing now, without a look at the request table."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from dashboard.frame.window import Window
from deployments.models import LambdaReport
from tracking.api import health
from tracking.models import AIRequest, BulkLoad, Total
from tracking.querysets import DEMO
from tracking.store.periods import Period

COLD_STARTS_OF = 1_000


def status_of(now: datetime, window: Window) -> dict[str, Any]:
    """`last_hour` is the start of the newest hour with a request.

    `last_request` is that request's time, known where the page reads requests anyway.
    """
    hours = Total.objects.filter(period=Period.HOUR)
    system = health.system(now)
    return {
        "database": "PostgreSQL" if connection.vendor == "postgresql" else "SQLite",
        "last_hour": hours.aggregate(last=Max("starts_at"))["last"],
        "last_request": _last_request() if window.reads_rows else None,
        "last_import": BulkLoad.objects.exclude(source=DEMO).order_by("-started_at").first(),
        "cold_starts": LambdaReport.objects.cold_share_of_newest(COLD_STARTS_OF),
        "started_at": health.STARTED_AT,
        **system,
        "processor_share": system["cpu_percent"] / 100,
    }


def _last_request() -> datetime | None:
    moment: datetime | None = AIRequest.objects.aggregate(last=Max("received_at"))["last"]
    return moment
