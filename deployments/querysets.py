"""The questions asked of samples and Lambda reports, named after their use."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Avg, Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce, Greatest

from deployments.reported import Reported
from deployments.time_steps import step_of

if TYPE_CHECKING:
    from deployments.models import Deployment, LambdaReport, LatencySample  # noqa: F401

# Older reports leave the init out of what is billed, though AWS bills it since 2025-08-01.
PAID_MS = Greatest(
    Coalesce(F("billed_duration_ms"), 0.0),
    Coalesce(F("duration_ms"), 0.0) + Coalesce(F("init_duration_ms"), 0.0),
) + Coalesce(F("billed_restore_duration_ms"), 0.0)

PAID_GB_S = PAID_MS * F("memory_mb") / (1_000 * 1_024)
COLD = Q(init_duration_ms__gt=0) | Q(restore_duration_ms__gt=0)


class LatencySampleQuerySet(models.QuerySet["LatencySample"]):
    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(sent_at__gte=since, sent_at__lt=until)


class LambdaReportQuerySet(models.QuerySet["LambdaReport"]):
    def between(self, since: datetime, until: datetime) -> Self:
        """Reports without a time of their own count when they were imported."""
        timed = Q(reported_at__gte=since, reported_at__lt=until)
        untimed = Q(reported_at=None, imported_at__gte=since, imported_at__lt=until)
        return self.filter(timed | untimed)

    def last_reported_at(self, deployment: "Deployment") -> datetime | None:
        moment: datetime | None = self.filter(deployment=deployment).aggregate(
            last=Max("reported_at")
        )["last"]
        return moment

    def by_step(self, step: timedelta) -> list[Reported]:
        """Added up by deployment, caller and hour, or minute if `step` is shorter than an hour.
        Reports without a time and inits without an invocation have no place in it."""
        timed = self.filter(reported_at__isnull=False, init_only=False)
        rows = (
            timed.annotate(starts_at=step_of("reported_at", step))
            .values_list("deployment_id", "starts_at", "invocation")
            .annotate(
                calls=Count("id"),
                cold_starts=Count("id", filter=COLD),
                gb_s=Sum(PAID_GB_S, default=0.0),
            )
            .order_by()
        )
        return [Reported(*row) for row in rows]

    def usage(self) -> dict[str, float]:
        """Invocations, cold starts, GB-s and the means that the cost model asks for."""
        return self.aggregate(
            invocations=Count("id", filter=Q(init_only=False)),
            cold_starts=Count("id", filter=COLD & Q(init_only=False)),
            gb_s=Sum(PAID_GB_S, default=0.0),
            duration_ms=Avg("duration_ms", filter=Q(init_only=False)),
            init_ms=Avg("init_duration_ms", filter=Q(init_only=False)),
            memory_mb=Max("memory_mb"),
            max_memory_used_mb=Max("max_memory_used_mb"),
        )
