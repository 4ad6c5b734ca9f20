"""Periods of rollups and their starts in UTC. Knows no Django."""

from datetime import UTC, datetime, timedelta
from enum import IntEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Period(IntEnum):
    """What a rollup row covers. Rows are locked from the last to the first: the fewer rows a
    period has, the more writers wait for each."""

    # All time: of one model and Prometheus bucket, and of one label set.
    ALL_BY_DURATION = 0
    ALL = 1
    DAY = 2
    HOUR = 3


def floor_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def floor_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def floor_day(moment: datetime) -> datetime:
    return floor_hour(moment).replace(hour=0)


def ceil_day(moment: datetime) -> datetime:
    floor = floor_day(moment)
    return floor if floor == moment else floor + DAY


def spans(since: datetime, until: datetime) -> list[tuple[Period, datetime, datetime]]:
    """The rollups that make up a half-open window: hours at its edges, whole UTC days between.

    Both ends are rounded down to the hour.
    """
    since, until = floor_hour(since), floor_hour(until)
    first_day, last_day = ceil_day(since), floor_day(until)
    if first_day >= last_day:
        return [(Period.HOUR, since, until)]
    parts = [
        (Period.HOUR, since, first_day),
        (Period.DAY, first_day, last_day),
        (Period.HOUR, last_day, until),
    ]
    return [part for part in parts if part[1] < part[2]]
