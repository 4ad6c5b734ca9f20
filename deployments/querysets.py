"""The questions asked of samples and Lambda reports, named after their use."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Avg, Count, F, Max, Min, Q, Sum
from django.db.models.functions import Coalesce, Greatest, TruncHour, TruncMinute

from deployments.statistics.reported import Reported
from deployments.statistics.shares import Share
from tracking.store.periods import HOUR

if TYPE_CHECKING:
    from deployments.models import Deployment, LambdaReport, LatencyRun, LatencySample  # noqa: F401

# Older reports leave the init out of what is billed, though AWS bills it since 2025-08-01.
PAID_MS = Greatest(
    Coalesce(F("billed_duration_ms"), 0.0),
    Coalesce(F("duration_ms"), 0.0) + Coalesce(F("init_duration_ms"), 0.0),
) + Coalesce(F("billed_restore_duration_ms"), 0.0)

RUN = Q(init_only=False)
# SnapStart restores a snapshot instead of an init.
COLD = RUN & (Q(init_duration_ms__gt=0) | Q(restore_duration_ms__gt=0))
# Those that may be requests: older logs don't say who called.
CALLED = RUN & ~Q(invocation__in=["keep_warm", "scheduled"])
REPORTED_AT = Coalesce(F("reported_at"), F("imported_at"))
PAID_GB_S = PAID_MS * F("memory_mb") / (1_000 * 1_024)
# What a cold start is billed beside its call; of a snapshot, its restore.
INIT_MS = Coalesce(F("init_duration_ms"), F("billed_restore_duration_ms"))


class LatencySampleQuerySet(models.QuerySet["LatencySample"]):
    def of_path(self, path: str) -> Self:
        return self.filter(run__path=path)

    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(sent_at__gte=since, sent_at__lt=until)


class LatencyRunQuerySet(models.QuerySet["LatencyRun"]):
    def newest(self, count: int) -> Self:
        """With their deployments, and how many `calls` were made."""
        ordered = self.order_by("-started_at", "-pk")
        # Chosen before their samples are counted: not all that were ever stored.
        return (
            ordered.filter(pk__in=ordered[:count].values("pk"))
            .annotate(calls=Count("samples"))
            .prefetch_related("deployments")
        )

    def paths(self, since: datetime, until: datetime) -> list[str]:
        """What was called in a half-open window; that of the newest run first."""
        called = self.filter(samples__sent_at__gte=since, samples__sent_at__lt=until)
        newest = called.values_list("path").annotate(newest=Max("started_at"))
        return [path for path, _ in newest.order_by("-newest", "path")]

    def claim(self, run: "LatencyRun", now: datetime, until: datetime) -> bool:
        """True for one of those who want to take the run's next sample, until it releases it."""
        free = Q(busy_until=None) | Q(busy_until__lte=now)
        return self.filter(free, pk=run.pk, open=True).update(busy_until=until) == 1

    def release(self, run: "LatencyRun", claimed_until: datetime, **changes: Any) -> bool:
        """False if the claim was lost meanwhile: the run was stopped, or it took too long."""
        claimed = self.filter(pk=run.pk, open=True, busy_until=claimed_until)
        return claimed.update(busy_until=None, **changes) == 1


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
        timed = self.filter(RUN, reported_at__isnull=False)
        rows = (
            timed.annotate(starts_at=_step_of("reported_at", step))
            .values_list("deployment_id", "starts_at", "invocation")
            .annotate(
                calls=Count("id"),
                cold_starts=Count("id", filter=COLD),
                gb_s=Sum(PAID_GB_S, default=0.0),
            )
            .order_by()
        )
        return [Reported(*row) for row in rows]

    def cold_share_of_newest(self, count: int) -> Share:
        """Of the newest `count` invocations alone: it costs the same however many are stored."""
        newest = self.filter(RUN).order_by("-id")[:count]
        return Share(**newest.aggregate(part=Count("id", filter=COLD), whole=Count("id")))

    def usage(self) -> dict[str, Any]:
        """What the bill counts (invocations, cold starts, GB-s, since when and until when), and
        of requests their number and the means that the cost model asks for."""
        return self.aggregate(
            invocations=Count("id", filter=RUN),
            cold_starts=Count("id", filter=COLD),
            gb_s=Sum(PAID_GB_S, default=0.0),
            first_at=Min(REPORTED_AT),
            last_at=Max(REPORTED_AT),
            requests=Count("id", filter=CALLED),
            cold_requests=Count("id", filter=CALLED & COLD),
            warm_ms=Avg("duration_ms", filter=CALLED & ~COLD),
            cold_ms=Avg("duration_ms", filter=CALLED & COLD),
            init_ms=Avg(INIT_MS, filter=CALLED & COLD),
            largest_mb=Max("memory_mb"),
        )


class _AsText:
    """SQLite calls Python for each time that it truncates, for ten times as long as it takes to
    cut the text in which Django stores them there."""

    kept: int
    filled: str

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        sql, parameters = compiler.compile(self.lhs)  # type: ignore[attr-defined]
        return f"substr({sql}, 1, {self.kept}) || '{self.filled}'", parameters


class _Hour(_AsText, TruncHour):
    kept, filled = len("2026-11-22 14"), ":00:00"


class _Minute(_AsText, TruncMinute):
    kept, filled = len("2026-11-22 14:05"), ":00"


def _step_of(field: str, length: timedelta) -> TruncHour | TruncMinute:
    return (_Hour if length >= HOUR else _Minute)(field, tzinfo=UTC)
