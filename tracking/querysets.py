"""The questions that pages and endpoints ask of the stored requests, named after their use."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Aggregate, Count, Max, Min, Q, Sum

from tracking.store.periods import Period, spans

if TYPE_CHECKING:
    from tracking.models import AIRequest, BulkLoad, Pruning, Rollup  # noqa: F401 (named in strings)

# Sources of bulk loads; the request ids of what they store begin with their name and a colon.
AI_METRICS = "ai_metrics"
DEMO = "demo"


class AIRequestQuerySet(models.QuerySet["AIRequest"]):
    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(received_at__gte=since, received_at__lt=until)

    def live(self) -> Self:
        """Those that clients sent: neither imported nor the demo's."""
        return self.exclude(request_id__startswith=f"{AI_METRICS}:").exclude(
            request_id__startswith=f"{DEMO}:"
        )


class RollupQuerySet(models.QuerySet["Rollup"]):
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

    def sums(self) -> dict[str, int | float]:
        return self.aggregate(**{name: Sum(name, default=0) for name in SUMS})


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


def _sum(column: str) -> Aggregate:
    return Sum(column, default=0)


def _count(condition: Q) -> Aggregate:
    return Count("id", filter=condition)


# By the rollup's column; of requests.
SUMS: dict[str, Aggregate] = {
    "requests": Count("id"),
    "failures": _count(~Q(error_type="")),
    "folded": _count(Q(folded=True)),
    "duration_ms": _sum("duration_ms"),
    "success_rate": _sum("success_rate"),
    "input_tokens": _sum("input_tokens"),
    "output_tokens": _sum("output_tokens"),
    "total_tokens": _sum("total_tokens"),
    "cost_usd": _sum("cost_usd"),
    "priced": Count("cost_usd"),
    "appointments_requested": _count(Q(appointment_requested=True)),
    "appointments_booked": _count(Q(appointment_booked=True)),
    "human_handoffs": _count(Q(human_handoff_requested=True)),
}
