"""Readings from records, without a database: what `alerts.readings` reads from one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from alerts.readings import FEW, LATELY, LATELY_AT_MOST
from alerts.rules.told import ALL, Counts, Of, Readings, only, same_hours
from tracking.store.bins import duration_bin
from tracking.store.periods import HOUR, floor_hour
from tracking.store.record import Record

MINUTE = timedelta(minutes=1)


def counted(record: Record) -> Counts:
    worked = not record.error_type
    cost = float(record.cost_usd or 0)
    counts = Counts(
        requests=1,
        failures=int(not worked),
        unpriced=int(worked and record.cost_usd is None),
        cost_usd=cost,
        cost_squares=cost * cost,
        tokens=record.total_tokens or 0,
        token_squares=(record.total_tokens or 0) ** 2,
        asked=int(record.appointment_requested),
        booked=int(record.appointment_booked),
        handed_off=int(record.human_handoff_requested),
    )
    if worked:
        counts.bins[duration_bin(record.duration_ms)] = 1
    else:
        counts.errors[record.error_type] = 1
    return counts


def floor_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


class History:
    """Counts of records by minute and by hour."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.minutes: dict[datetime, dict[Of, Counts]] = {}
        self.hours: dict[datetime, dict[Of, Counts]] = {}
        for record in records:
            self.add(record)

    def from_here(self, now: datetime) -> "History":
        """Another future of the same past."""
        other = History()
        other.minutes = dict(self.minutes)
        other.hours = dict(self.hours)
        for places, start in ((other.minutes, floor_minute(now)), (other.hours, floor_hour(now))):
            places[start] = deepcopy(places.get(start, {}))
        return other

    def add(self, record: Record) -> None:
        pair = Of(record.business_id, record.request_model)
        counts = counted(record)
        minute = floor_minute(record.received_at)
        for places, start in ((self.minutes, minute), (self.hours, floor_hour(minute))):
            places.setdefault(start, {}).setdefault(pair, Counts()).merge(counts)

    def at(self, now: datetime, **changes) -> Readings:
        """What was known then."""
        since, minutes = self._lately(now, LATELY)
        if sum(only(by_pair, ALL.has).requests for by_pair in minutes.values()) < FEW:
            since, minutes = self._lately(now, LATELY_AT_MOST)
        past = {
            hour: self.hours[hour] for hour in same_hours(floor_hour(now)) if hour in self.hours
        }
        bins: dict[Of, Counter[int]] = defaultdict(Counter)
        for by_pair in past.values():
            for pair, counts in by_pair.items():
                bins[pair].update(counts.bins)
        told = Readings(now, since, minutes, past, bins)
        return told._replace(**{**self._known(told), **changes})

    def _lately(
        self, now: datetime, length: timedelta
    ) -> tuple[datetime, dict[datetime, dict[Of, Counts]]]:
        since = floor_minute(now) - length
        starts = (since + n * MINUTE for n in range(length // MINUTE))
        return since, {start: self.minutes[start] for start in starts if start in self.minutes}

    def _known(self, told: Readings) -> dict[str, Any]:
        unpriced = {
            pair.request_model
            for by_pair in told.minutes.values()
            for pair, counts in by_pair.items()
            if counts.unpriced
        }
        if not unpriced:
            return {}
        known = {model: [0, 0] for model in unpriced}
        everyone = 0
        for hour, by_pair in self.hours.items():
            if hour + HOUR > told.since:
                continue
            for pair, counts in by_pair.items():
                everyone += counts.requests
                if pair.request_model in known:
                    known[pair.request_model][0] += counts.requests
                    known[pair.request_model][1] += counts.unpriced
        return {
            "known": {model: (sums[0], sums[1]) for model, sums in known.items()},
            "known_requests": everyone,
        }
