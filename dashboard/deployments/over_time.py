"""Latencies and cold starts of deployments over time, as the charts and their tables show them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from dashboard.deployments.measured import Measurements
from dashboard.runs.rows import DeploymentRow
from deployments.models import Deployment
from deployments.statistics.estimates import Estimate
from deployments.statistics.over_time import Bucket, Grid, measured, reported_shares
from deployments.statistics.shares import Share
from deployments.statistics.summaries import Summary


class Course(NamedTuple):
    """One deployment; `measured` and `reported` have a value for each bucket, or are empty."""

    deployment: Deployment
    colour: int
    measured: list[Bucket]
    reported: list[Share]
    starts: list[datetime]

    @property
    def rows(self) -> list[tuple[datetime, Bucket | None, list[Share]]]:
        """Of the table: the buckets that hold anything, with their shares of cold starts, measured
        and reported."""
        rows = []
        for start, bucket, reported in zip_longest(self.starts, self.measured, self.reported):
            shares = ([bucket.cold] if bucket else []) + ([reported] if reported else [])
            if (bucket and bucket.p50.samples) or any(share.whole for share in shares):
                rows.append((start, bucket, shares))
        return rows


def courses_of(measurements: Measurements, rows: Sequence[DeploymentRow]) -> list[Course]:
    """Of each deployment that was measured (those have rows) or reported, by name."""
    seen = measurements.calls.keys() | measurements.reported.keys()
    summaries = {row.deployment.pk: row.summary for row in rows}
    return [
        _course(measurements, one, summaries.get(one.pk))
        for one in measurements.deployments
        if one.pk in seen
    ]


def chart_of(grid: Grid, courses: Sequence[Course]) -> dict[str, Any]:
    """Starts in seconds since the epoch; null where there are too few calls for a figure."""
    timed = [course for course in courses if course.measured]
    return {
        "bucket_seconds": int(grid.length.total_seconds()),
        "starts": [int(start.timestamp()) for start in grid.starts],
        "p50_ms": [_line(one, [_ms(bucket.p50) for bucket in one.measured]) for one in timed],
        "p95_ms": [_line(one, [_ms(bucket.p95) for bucket in one.measured]) for one in timed],
        "cold_share": [line for course in courses for line in _cold(course)],
    }


def _course(measurements: Measurements, deployment: Deployment, summary: Summary | None) -> Course:
    calls = measurements.calls.get(deployment.pk, [])
    reported = measurements.reported.get(deployment.pk, [])
    return Course(
        deployment,
        measurements.colours[deployment.pk],
        measured(calls, summary.over_new_connections, measurements.grid) if summary else [],
        reported_shares(reported, measurements.grid) if reported else [],
        measurements.grid.starts,
    )


def _cold(course: Course) -> list[dict[str, Any]]:
    """Two sources are two lines: what was measured, and what Lambda reported of real requests."""
    sources = (("measured", [one.cold for one in course.measured]), ("reported", course.reported))
    return [
        _line(course, [_share(share) for share in shares], source=source)
        | {"calls": [share.whole for share in shares]}
        for source, shares in sources
        if any(share.whole for share in shares)
    ]


def _line(course: Course, values: list[float | None], source: str = "measured") -> dict[str, Any]:
    return {
        "deployment": course.deployment.name,
        "source": source,
        "colour": course.colour,
        "values": values,
    }


def _ms(figure: Estimate) -> float | None:
    return None if figure.too_few or figure.value is None else round(figure.value, 3)


def _share(share: Share) -> float | None:
    return None if share.too_few or share.value is None else round(share.value, 6)
