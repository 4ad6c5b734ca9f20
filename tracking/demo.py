"""A believable month of requests: the same seed and the same end give the same records."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import log1p
from random import Random

from tracking import demo_profiles as profiles
from tracking.demo_answers import Conversation, failure, fields_of, pick, reply
from tracking.demo_profiles import Model
from tracking.periods import DAY, HOUR, floor_day
from tracking.querysets import DEMO
from tracking.records import Record


class Demo:
    """Requests of `days` days up to `until`, about `requests_per_day` of each."""

    def __init__(self, *, days: int, requests_per_day: int, seed: int, until: datetime) -> None:
        self.days = days
        self.requests_per_day = requests_per_day
        self.seed = seed
        self.until = until
        self.random = Random(seed)
        self.incident_at = _last_hour(profiles.INCIDENT_HOUR, until - days // 3 * DAY)

    def records(self) -> Iterator[Record]:
        """Numbered from 1 in the order of time, within a day."""
        number = 0
        for day in range(self.days):
            for record in self._day(self.until - timedelta(days=self.days - day)):
                number += 1
                record.request_id = f"{DEMO}:{self.seed}:{number}"
                yield record

    def _day(self, since: datetime) -> list[Record]:
        records = [
            record
            for conversation in self._conversations(since)
            for record in self._turns(conversation)
            if record.received_at < self.until
        ]
        return sorted(records, key=lambda record: record.received_at)

    def _conversations(self, since: datetime) -> Iterator[Conversation]:
        wanted = self.requests_per_day * profiles.WEEKDAYS[since.weekday()]
        while wanted > 0:
            conversation = self._conversation(since)
            # The last may have fewer turns, so that small demos keep their size.
            wanted -= conversation.turns
            yield replace(conversation, turns=conversation.turns + min(0, int(wanted)))

    def _conversation(self, since: datetime) -> Conversation:
        business = pick(self.random, [(each, each.share) for each in profiles.BUSINESSES])
        return Conversation(
            number=f"{self.random.getrandbits(64):016x}",
            started_at=self._moment(since),
            business=business,
            model=pick(self.random, business.models),
            deployment=pick(self.random, profiles.DEPLOYMENTS),
            turns=self._number_of_turns(),
            booking=self.random.random() < business.appointments,
        )

    def _number_of_turns(self) -> int:
        """Geometric: after each turn the next is as likely."""
        rate = log1p(1 / (profiles.TURNS_MEAN - 1))
        return min(profiles.TURNS_MAX, 1 + int(self.random.expovariate(rate)))

    def _moment(self, since: datetime) -> datetime:
        """In the 24 hours from `since` on, in a busy hour rather than in a quiet one."""
        hours = [profiles.HOURS[(since.hour + hour) % 24] for hour in range(24)]
        hour = self.random.choices(range(24), hours)[0]
        return since + hour * HOUR + timedelta(seconds=3_600 * self.random.random())

    def _turns(self, conversation: Conversation) -> Iterator[Record]:
        moment = conversation.started_at
        for turn in range(conversation.turns):
            record = self._record(conversation, turn, moment)
            yield record
            pause = timedelta(seconds=12 + self.random.expovariate(1 / 35))
            moment = record.received_at + pause

    def _record(self, conversation: Conversation, turn: int, sent_at: datetime) -> Record:
        error_type = self._error_type(conversation.model, sent_at)
        answer = (
            failure(self.random, error_type)
            if error_type
            else reply(self.random, conversation, turn)
        )
        return Record(
            request_id="",
            received_at=sent_at + timedelta(milliseconds=answer["duration_ms"]),
            occurred_at=sent_at,
            user_message_length=self.random.randint(8, 260),
            **fields_of(conversation),
            **answer,
        )

    def _error_type(self, model: Model, sent_at: datetime) -> str:
        in_incident = self.incident_at <= sent_at < self.incident_at + HOUR
        if in_incident and model == profiles.INCIDENT_MODEL:
            return "timeout" if self.random.random() < profiles.INCIDENT_FAILING else ""
        return (
            pick(self.random, profiles.ERROR_TYPES) if self.random.random() < model.failing else ""
        )


def _last_hour(hour: int, before: datetime) -> datetime:
    """When that hour of the day last began and ended."""
    started_at = floor_day(before) + hour * HOUR
    return started_at if started_at + HOUR <= before else started_at - DAY
