"""Silence where there was traffic, and models that nobody priced. Knows no Django."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import exp, log, log1p
from typing import NamedTuple

from alerts.rules import tails
from alerts.rules.told import ALL, WEEK, WEEKS, ByPair, Of, Readings, only
from tracking.store.periods import HOUR, MINUTE, floor_hour

# Requests come in conversations: an hour's count varies so many times more than if each came alone.
ASSUMED_CLUMP = 8.0
ASSUMED_HOURS = 8
SURE = 2.0
# What is left of the usual traffic where there is a silence.
QUIET = 0.2
LENGTHS = (timedelta(minutes=15), timedelta(hours=1))


class Silence(NamedTuple):
    """`expected` requests since then, `came` came. `longer`: it may have begun before."""

    subject: Of
    since: datetime
    came: int
    expected: float
    chance: float
    longer: bool


def silences(told: Readings) -> list[Silence]:
    """Of all and of each business: that nobody uses a model any more is somebody's wish."""
    past = {hour: _by_business(by_pair) for hour, by_pair in told.past.items()}
    lately = {minute: _by_business(by_pair) for minute, by_pair in told.minutes.items()}
    weeks = _weeks(told)
    whose = sorted({subject for requests in past.values() for subject in requests})
    hourly = {subject: _hourly(told.now, past, weeks, subject) for subject in whose}
    pooled = _clump([hourly[subject] for subject in whose if subject != ALL], ASSUMED_CLUMP)
    found: list[Silence] = []
    for subject in whose:
        clump = SURE * _clump([hourly[subject]], pooled)
        came = {minute: sums[subject] for minute, sums in lately.items() if subject in sums}
        found += _quietest(told, subject, came, hourly[subject], clump)
    return found


def clump_of(told: Readings) -> float:
    """How uneven traffic is, on the safe side."""
    past = {hour: _by_business(by_pair) for hour, by_pair in told.past.items()}
    return SURE * _clump([_hourly(told.now, past, _weeks(told), ALL)], ASSUMED_CLUMP)


def _by_business(by_pair: ByPair) -> dict[Of, int]:
    """Requests of all and of each business."""
    requests: dict[Of, int] = {}
    for pair, counts in by_pair.items():
        for subject in (ALL, Of(pair.business_id)):
            requests[subject] = requests.get(subject, 0) + counts.requests
    return requests


# For this hour and the one before it, the requests in each week.
Hourly = tuple[list[int], list[int]]


def _weeks(told: Readings) -> list[int]:
    """Those of which there is a past: before the first request, nothing is no silence."""
    return [
        week
        for week in range(1, WEEKS + 1)
        if any(told.past.get(_hour(told.now, back) - week * WEEK) for back in (0, 1))
    ]


def _hour(now: datetime, back: int) -> datetime:
    return floor_hour(now) - back * HOUR


def _hourly(
    now: datetime, past: Mapping[datetime, Mapping[Of, int]], weeks: list[int], subject: Of
) -> Hourly:
    this, last = (
        [past.get(_hour(now, back) - week * WEEK, {}).get(subject, 0) for week in weeks]
        for back in (0, 1)
    )
    return this, last


def _clump(every: list[Hourly], assumed: float) -> float:
    """Variance by mean of an hour's requests from week to week, with what is assumed beforehand."""
    off, free = 0.0, 0
    for hourly in every:
        for counts in hourly:
            mean = sum(counts) / len(counts) if counts else 0
            if mean:
                off += sum((count - mean) ** 2 for count in counts) / mean
                free += len(counts) - 1
    return max(1.0, (off + ASSUMED_HOURS * assumed) / (free + ASSUMED_HOURS))


def _quietest(
    told: Readings, subject: Of, minutes: Mapping[datetime, int], hourly: Hourly, clump: float
) -> Iterator[Silence]:
    """Since its last request, and of the last minutes where a few came."""
    oldest = max(_hour(told.now, 1), told.since)
    last = max(minutes, default=None)
    starts = {told.now - length: told.now - length for length in LENGTHS}
    starts |= {last + MINUTE: last} if last else {oldest: oldest}
    found = []
    for start, since in starts.items():
        start = max(start, oldest)
        came = sum(requests for minute, requests in minutes.items() if minute >= start)
        expected = _expected(hourly, start, told.now)
        if expected and came <= QUIET * expected:
            chance = _chance(came, expected, hourly, clump)
            found.append(Silence(subject, since, came, expected, chance, longer=last is None))
    if found:
        yield min(found, key=lambda silence: silence.chance)


def _expected(hourly: Hourly, start: datetime, now: datetime) -> float:
    """As many as came in the same minutes of the weeks before, on average."""
    sum_ = 0.0
    for back, counts in enumerate(hourly):
        begins = _hour(now, back)
        covered = min(now, begins + HOUR) - max(start, begins)
        if counts and covered > timedelta(0):
            sum_ += covered / HOUR * sum(counts) / len(counts)
    return sum_


def _chance(came: int, expected: float, hourly: Hourly, clump: float) -> float:
    """The likelier of two reasons: a gap between conversations, or a week that is quieter."""
    weeks = len(hourly[0])
    size = (clump - 1) / log(clump) if clump > 1 else 1.0
    gap = tails.fewer(came / size, weeks * expected / size, 1 / (weeks + 1))
    shape = max(sum(counts) for counts in hourly) / weeks / max(clump - 1, 1e-9)
    quiet_week = exp(-shape * log1p(expected / shape)) if shape else 1.0
    return max(gap, quiet_week)


class Unpriced(NamedTuple):
    subject: Of
    since: datetime
    unpriced: int
    of: int
    chance: float


# Fewer are an experiment.
UNPRICED_AT_LEAST = 5
MORE_UNPRICED = 1.5


def newly_unpriced(told: Readings, lately: ByPair) -> Iterator[Unpriced]:
    """Models whose requests had a price before, or that never came before."""
    everyone = only(lately, ALL.has).requests
    clump = clump_of(told)
    for model, (known, known_unpriced) in told.known.items():
        subject = Of(request_model=model)
        counts = only(lately, subject.has)
        before = known_unpriced / known if known else 0.0
        if counts.unpriced < UNPRICED_AT_LEAST or (
            counts.unpriced < MORE_UNPRICED * before * counts.worked
        ):
            continue
        exposure = everyone / (everyone + told.known_requests)
        chance = tails.more(counts.unpriced / clump, known_unpriced / clump, exposure)
        first = min(
            minute
            for minute, by_pair in told.minutes.items()
            if only(by_pair, subject.has).unpriced
        )
        yield Unpriced(subject, first, counts.unpriced, counts.worked, chance)
