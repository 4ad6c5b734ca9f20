"""What was measured, reported and tracked of the deployments in a window: all that is read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db.models import OuterRef, Subquery

from dashboard.figures.colours import colours_of
from dashboard.figures.sources import source_of
from dashboard.frame.window import Window
from dashboard.runs.rows import DeploymentRow, row_of
from deployments.models import Deployment, LambdaReport, LatencyRun, LatencySample
from deployments.querysets import LambdaReportQuerySet
from deployments.statistics.over_time import Grid, grid
from deployments.statistics.reported import Reported

# Enough for p99; more of the newest would say no more and cost time.
SAMPLES_MAX = 20_000
# Of each deployment: a month of keep-warm and a request a minute.
REPORTS_MAX = 50_000


class MeasuredCall(NamedTuple):
    """A `LatencySample` as far as the figures need it: a model's instance takes five times as
    long to make."""

    deployment_id: int
    sent_at: datetime
    duration_ms: float
    cold_start: bool | None
    burst: bool
    new_connection: bool
    error_type: str
    server_ms: float | None


D = TypeVar("D", MeasuredCall, Reported)


class Measurements(NamedTuple):
    """`calls` and `reported` by the deployment's id, calls the newest first. Only calls of one
    path stand beside each other; `paths` are those that were called.

    `calls_since` and `reported_since` tell from when on where there are too many to read all.
    """

    deployments: list[Deployment]
    path: str
    paths: list[str]
    grid: Grid
    calls: dict[int, list[MeasuredCall]]
    reported: dict[int, list[Reported]]
    calls_since: datetime | None
    reported_since: datetime | None

    @property
    def rows(self) -> list[DeploymentRow]:
        """Of those that were measured, by name."""
        return [
            row_of(one, self.calls[one.pk], self.reported.get(one.pk, []))
            for one in self.deployments
            if one.pk in self.calls
        ]

    @property
    def colours(self) -> dict[int, int]:
        return colours_of(self.deployments)


def measurements_of(window: Window, path: str = "") -> Measurements:
    """Without a path, that of the newest run."""
    buckets = grid(window.since, window.until)
    paths = LatencyRun.objects.paths(window.since, window.until)
    path = path or next(iter(paths), "")
    calls = _calls(window, path)
    reports = LambdaReport.objects.filter(
        reported_at__gte=window.since, reported_at__lt=window.until
    )
    unread = _unread(reports)
    return Measurements(
        list(Deployment.objects.all()),
        path,
        paths,
        buckets,
        _by_deployment(calls),
        _by_deployment(_but(reports, unread).by_step(buckets.length)),
        calls[-1].sent_at if len(calls) == SAMPLES_MAX else None,
        max(unread.values(), default=None),
    )


def tracked_requests(window: Window) -> dict[str, int]:
    """By the deployment that they name, as far as they name one."""
    source = source_of(window, {})
    named = source._replace(rows=source.rows.filter(label_set__deployment__gt=""))
    by_name = named.by(["label_set__deployment"], "requests")
    return {name: figures.requests for (name,), figures in by_name.items()}


def _calls(window: Window, path: str) -> list[MeasuredCall]:
    samples = LatencySample.objects.between(window.since, window.until).of_path(path)
    newest = samples.order_by("-sent_at").values_list(*MeasuredCall._fields)[:SAMPLES_MAX]
    return [MeasuredCall(*row) for row in newest]


def _unread(reports: LambdaReportQuerySet) -> dict[int, datetime]:
    """By deployment the time of its newest report past the limit; most have none."""
    newest = reports.filter(deployment=OuterRef("pk")).order_by("-reported_at")
    past = Subquery(newest.values("reported_at")[REPORTS_MAX : REPORTS_MAX + 1])
    return {id_: at for id_, at in Deployment.objects.values_list("pk", past) if at}


def _but(reports: LambdaReportQuerySet, unread: Mapping[int, datetime]) -> LambdaReportQuerySet:
    for deployment_id, at in unread.items():
        reports = reports.exclude(deployment_id=deployment_id, reported_at__lte=at)
    return reports


def _by_deployment(rows: Iterable[D]) -> dict[int, list[D]]:
    groups: dict[int, list[D]] = defaultdict(list)
    for one in rows:
        groups[one.deployment_id].append(one)
    return dict(groups)
