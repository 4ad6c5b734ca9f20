"""Latencies and cold starts of deployments over time, as the charts and their tables show them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from dashboard.deployments.measured import Found
from dashboard.runs.rows import Row
from deployments.models import Deployment
from deployments.statistics.estimates import Estimate
from deployments.statistics.over_time import Bucket, Grid, measured, reported_shares
from deployments.statistics.shares import Share
from deployments.statistics.summaries import Summary


class Line(NamedTuple):
    """One deployment; `measured` and `reported` have a value for each bucket, or are empty."""

    deployment: Deployment
    colour: int
    measured: list[Bucket]
    reported: list[Share]
    starts: list[datetime]

    @property
    def rows(self) -> list[tuple[datetime, Bucket | None, Share | None]]:
        """Of the table: the buckets that hold anything."""
        rows = zip_longest(self.starts, self.measured, self.reported)
        return [row for row in rows if _holds(*row[1:])]


def lines_of(found: Found, rows: Sequence[Row]) -> list[Line]:
    """Of each deployment that was measured (those have rows) or reported, by name."""
    seen = found.calls.keys() | found.reported.keys()
    summaries = {row.deployment.pk: row.summary for row in rows}
    return [_line(found, one, summaries.get(one.pk)) for one in found.deployments if one.pk in seen]


def chart_of(grid: Grid, lines: list[Line]) -> dict[str, Any]:
    """Starts in seconds since the epoch; null where there are too few calls for a figure."""
    timed = [line for line in lines if line.measured]
    return {
        "bucket_seconds": int(grid.length.total_seconds()),
        "starts": [int(start.timestamp()) for start in grid.starts],
        "p50_ms": [_series(line, [_ms(bucket.p50) for bucket in line.measured]) for line in timed],
        "p95_ms": [_series(line, [_ms(bucket.p95) for bucket in line.measured]) for line in timed],
        "cold_share": [one for line in lines for one in _cold(line)],
    }


def _line(found: Found, deployment: Deployment, summary: Summary | None) -> Line:
    calls = found.calls.get(deployment.pk, [])
    reported = found.reported.get(deployment.pk, [])
    return Line(
        deployment,
        found.colours[deployment.pk],
        measured(calls, summary.over_new_connections, found.grid) if summary else [],
        reported_shares(reported, found.grid) if reported else [],
        found.grid.starts,
    )


def _cold(line: Line) -> list[dict[str, Any]]:
    """Two sources are two lines: what was measured, and what Lambda reported of real requests."""
    sources = (("measured", [bucket.cold for bucket in line.measured]), ("reported", line.reported))
    return [
        _series(line, [_share(share) for share in shares], source=source)
        | {"calls": [share.whole for share in shares]}
        for source, shares in sources
        if any(share.whole for share in shares)
    ]


def _series(line: Line, values: list[float | None], source: str = "measured") -> dict[str, Any]:
    return {
        "deployment": line.deployment.name,
        "source": source,
        "colour": line.colour,
        "values": values,
    }


def _ms(found: Estimate) -> float | None:
    return None if found.too_few or found.value is None else round(found.value, 3)


def _share(share: Share) -> float | None:
    return None if share.too_few or share.value is None else round(share.value, 6)


def _holds(bucket: Bucket | None, share: Share | None) -> bool:
    calls = bucket.p50.samples + bucket.cold.whole if bucket else 0
    return bool(calls or (share and share.whole))
