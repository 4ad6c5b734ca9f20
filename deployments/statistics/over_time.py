"""Latencies and cold starts over time, in buckets that fit the window. Pure functions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from deployments.statistics.estimates import Estimate, estimate
from deployments.statistics.reported import Reported, requests
from deployments.statistics.shares import Share
from deployments.statistics.summaries import Timed, cold_share, is_warm
from tracking.store.periods import DAY, HOUR, MINUTE

BUCKETS_MAX = 32
LENGTHS = (5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY, 14 * DAY)
# A Monday, so that buckets of a week begin on one; they all begin at midnight UTC or after it.
_MONDAY = datetime(2000, 1, 3, tzinfo=UTC)


class Sent(Timed, Protocol):
    @property
    def sent_at(self) -> datetime: ...


S = TypeVar("S")


@dataclass(frozen=True)
class Grid:
    """`count` buckets of equal length; the first and the last may reach out of the window."""

    first: datetime
    length: timedelta
    count: int

    @property
    def starts(self) -> list[datetime]:
        return [self.first + place * self.length for place in range(self.count)]

    @property
    def words(self) -> str:
        """Of the length, as in "every 6 hours"."""
        for unit, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
            count = self.length // unit
            if count:
                return word if count == 1 else f"{count} {word}s"
        return f"{self.length.total_seconds():g} seconds"

    def sort(self, timed: Iterable[tuple[datetime, S]]) -> list[list[S]]:
        """What falls into each bucket; what lies in none is left out."""
        buckets: dict[int, list[S]] = defaultdict(list)
        for moment, value in timed:
            buckets[(moment - self.first) // self.length].append(value)
        return [buckets[place] for place in range(self.count)]


def grid(since: datetime, until: datetime) -> Grid:
    """Over a half-open window: few buckets, as a measurement's calls come close together."""
    length = next(step for step in LENGTHS if step * (BUCKETS_MAX - 1) >= until - since)
    first = since - (since - _MONDAY) % length
    return Grid(first, length, -((first - until) // length))


@dataclass(frozen=True)
class Bucket:
    """Of warm calls the percentiles, of all calls made one by one the share of cold starts."""

    p50: Estimate
    p95: Estimate
    cold: Share


def measured(calls: Iterable[Sent], over_new_connections: bool, grid: Grid) -> list[Bucket]:
    """Warm calls over one kind of connection alone: those over new ones take longer."""
    buckets = grid.sort((call.sent_at, call) for call in calls)
    return [_bucket(bucket, over_new_connections) for bucket in buckets]


def _bucket(calls: list[Sent], over_new_connections: bool) -> Bucket:
    warm = sorted(
        call.duration_ms
        for call in calls
        if is_warm(call) and call.new_connection == over_new_connections
    )
    return Bucket(estimate(warm, 0.5), estimate(warm, 0.95), cold_share(calls))


def reported_shares(reported: Iterable[Reported], grid: Grid) -> list[Share]:
    """Cold starts among the requests that Lambda reported."""
    return [requests(steps) for steps in grid.sort((step.starts_at, step) for step in reported)]
