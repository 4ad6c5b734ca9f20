"""The status strip: what the service is doing now, without a look at the request table."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from tracking import health
from tracking.models import BulkLoad, Rollup
from tracking.periods import Period
from tracking.querysets import DEMO


def status_of(now: datetime) -> dict[str, Any]:
    """`last_hour` is the start of the newest hour with a request."""
    hours = Rollup.objects.filter(period=Period.HOUR)
    return {
        "database": "PostgreSQL" if connection.vendor == "postgresql" else "SQLite",
        "last_hour": hours.aggregate(last=Max("starts_at"))["last"],
        "last_import": BulkLoad.objects.exclude(source=DEMO).order_by("-started_at").first(),
        "started_at": health.STARTED_AT,
        **health.system(now),
    }
