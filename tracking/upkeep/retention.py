"""Deletes old requests. Rollups and label sets stay, so no counter falls."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F

from tracking.models import AIRequest, Pruning
from tracking.store.periods import floor_day
from tracking.store.through_django import ThroughDjango

CHUNK_ROWS = 5_000
MAX_DAYS = 36_500
DAYS_OF_UNIT = {"d": 1, "w": 7}


def days_of(age: str) -> int:
    """Of an age like `90d` or `12w`; raises a ValueError that says what is accepted."""
    match = re.fullmatch(r"(\d{1,6})([dw])", age, re.ASCII)
    days = int(match[1]) * DAYS_OF_UNIT[match[2]] if match else -1
    if not 0 <= days <= MAX_DAYS or (days == 0 and age != "0d"):
        raise ValueError(
            f"{age!r} is no age. Give days or weeks, like 90d or 12w, up to {MAX_DAYS:,}d;"
            " 0d deletes all requests."
        )
    return days


def prune_before(days: int, now: datetime) -> datetime:
    """The start of the UTC day so many days ago: whole days go. With 0, now."""
    return floor_day(now) - timedelta(days=days) if days else now


def prune(before: datetime) -> Iterator[int]:
    """Deletes what was received before that moment; yields how many went with each chunk."""
    ThroughDjango().fold()
    pruning = Pruning.objects.create(before=before, first_live_at=first_live_at())
    while deleted := _delete_chunk(before):
        Pruning.objects.filter(pk=pruning.pk).update(deleted=F("deleted") + deleted)
        yield deleted


def _delete_chunk(before: datetime) -> int:
    """A transaction of its own, so that its locks are short."""
    oldest = AIRequest.objects.filter(received_at__lt=before).order_by("received_at", "id")
    return AIRequest.objects.filter(id__in=oldest.values("id")[:CHUNK_ROWS]).delete()[0]


def first_live_at() -> datetime | None:
    """Prunings remember it, so that it stays when its row goes. None before the first one."""
    first = AIRequest.objects.live().order_by("received_at").values_list("received_at", flat=True)
    return Pruning.objects.first_live_at() or first.first()
