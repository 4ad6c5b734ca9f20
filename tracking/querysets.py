"""The questions that pages and endpoints ask of the stored requests, named after their use."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Max, Min, Q

from tracking.store.periods import Period, spans
from tracking.store.record import FAILED, WORKED

if TYPE_CHECKING:
    # Named in strings.
    from tracking.models import Addend, AIRequest, BulkLoad, Pruning, Total  # noqa: F401

# Sources of bulk loads; the request ids of what they store begin with their name and a colon.
AI_METRICS = "ai_metrics"
DEMO = "demo"


class AIRequestQuerySet(models.QuerySet["AIRequest"]):
    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(received_at__gte=since, received_at__lt=until)

    def with_outcome(self, outcome: str) -> Self:
        """One of OUTCOMES."""
        if outcome == FAILED:
            return self.exclude(error_type="")
        return self.filter(error_type="", outcome="" if outcome == WORKED else outcome)

    def live(self) -> Self:
        """Those that clients sent: neither imported nor the demo's."""
        return self.exclude(request_id__startswith=f"{AI_METRICS}:").exclude(
            request_id__startswith=f"{DEMO}:"
        )


class AddendQuerySet(models.QuerySet["Addend"]):
    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(received_at__gte=since, received_at__lt=until)


class TotalQuerySet(models.QuerySet["Total"]):
    def all_time(self) -> Self:
        return self.filter(period=Period.ALL)

    def between(self, since: datetime, until: datetime) -> Self:
        """The rows that make up the half-open window, both ends rounded down to the hour."""
        window = Q()
        for period, start, end in spans(since, until):
            window |= Q(period=period, starts_at__gte=start, starts_at__lt=end)
        return self.filter(window)

    def of_period(self, period: Period, since: datetime, until: datetime) -> Self:
        """The rows of one period that start in the half-open window."""
        return self.filter(period=period, starts_at__gte=since, starts_at__lt=until)


class BulkLoadQuerySet(models.QuerySet["BulkLoad"]):
    def is_demo(self) -> bool:
        """Whether this database holds demo data, which every page must say."""
        return self.filter(source=DEMO).exists()


class PruningQuerySet(models.QuerySet["Pruning"]):
    def complete_since(self) -> datetime | None:
        """No request received from this moment on was pruned; None if none ever was."""
        moment: datetime | None = self.aggregate(last=Max("before"))["last"]
        return moment

    def first_live_at(self) -> datetime | None:
        moment: datetime | None = self.aggregate(first=Min("first_live_at"))["first"]
        return moment
