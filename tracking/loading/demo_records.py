"""A believable month of requests, and what comes after it: the same seed and the same end of the
month give the same records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from math import log1p
from random import Random
from typing import Any, TypeVar

from tracking.loading import demo_profiles as profiles
from tracking.loading.demo_profiles import Business, Incident, Model
from tracking.querysets import DEMO
from tracking.store.periods import DAY, HOUR, floor_day
from tracking.store.record import COST_DECIMALS, Record

Choice = TypeVar("Choice")
Fields = dict[str, Any]

MILLION = 1_000_000
# So long it goes on after its end, which bounds it.
FURTHER_DAYS = 30
BOOKED = 0.62
RATED = 0.12
# The system prompt, and what each turn adds to the history that is sent along.
PROMPT_TOKENS = 420
TURN_TOKENS = 190


@dataclass(frozen=True)
class Conversation:
    """`number` is unique in the demo; `booking`: its last turn asks for an appointment."""

    number: str
    started_at: datetime
    business: Business
    model: Model
    deployment: str
    turns: int
    booking: bool

    def is_of(self, incident: Incident) -> bool:
        model = self.model
        return incident.whose in (
            self.business.business_id,
            model.request_model,
            model.provider_name,
        )


def fields_of(conversation: Conversation) -> Fields:
    """The fields that all records of a conversation share."""
    return {
        "business_id": conversation.business.business_id,
        "conversation_id": f"{DEMO}-{conversation.number}",
        "session_id": f"{DEMO}-{conversation.number[:8]}",
        "provider_name": conversation.model.provider_name,
        "request_model": conversation.model.request_model,
        "operation_name": "chat",
        "deployment": conversation.deployment,
    }


def pick(random: Random, weighted: Sequence[tuple[Choice, float]]) -> Choice:
    choices, weights = zip(*weighted, strict=True)
    chosen: Choice = random.choices(choices, weights)[0]
    return chosen


def failure(random: Random, error_type: str) -> Fields:
    """A failed call is quick, or as slow as the time limit; it uses no tokens."""
    quick_ms = random.lognormvariate(5.3, 0.5)
    return {
        "duration_ms": profiles.TIMEOUT_MS if error_type == "timeout" else round(quick_ms, 1),
        "error_type": error_type,
        "response_type": "error",
        "intent": "error",
        "input_tokens": 0,
        "output_tokens": 0,
        "total_tokens": 0,
        "cost_usd": Decimal(0),
        "success_rate": 0.0,
        "appointment_requested": False,
        "appointment_booked": False,
        "human_handoff_requested": False,
    }


def reply(random: Random, conversation: Conversation, turn: int, slower: float) -> Fields:
    model = conversation.model
    input_tokens = PROMPT_TOKENS + turn * TURN_TOKENS + random.randint(10, 90)
    length = random.lognormvariate(0, 0.45)
    output_tokens = max(1, round(model.output_tokens * length))
    return {
        **_timing(random, model, length, slower),
        **_outcome(random, conversation, turn),
        "error_type": "",
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "cost_usd": _cost(model, input_tokens, output_tokens),
        "success_rate": 1.0,
        "user_satisfaction": random.choice((3.0, 4.0, 4.0, 5.0, 5.0))
        if random.random() < RATED
        else None,
        "ai_response_length": 4 * output_tokens,
    }


def _timing(random: Random, model: Model, length: float, slower: float) -> Fields:
    """Longer answers take longer; a streamed one begins long before it ends."""
    duration_ms = slower * model.median_ms * length**0.5 * random.lognormvariate(0, model.spread)
    first_chunk_ms = duration_ms * random.uniform(0.12, 0.35)
    streamed = random.random() < model.streamed
    return {
        "duration_ms": round(min(duration_ms, profiles.TIMEOUT_MS - 1), 1),
        "time_to_first_chunk_ms": round(first_chunk_ms, 1) if streamed else None,
    }


def _outcome(random: Random, conversation: Conversation, turn: int) -> Fields:
    asks = conversation.booking and turn == conversation.turns - 1
    booked = asks and random.random() < BOOKED
    handed_off = not asks and random.random() < conversation.business.handoffs
    response_type = "human_handoff" if handed_off else "text"
    return {
        "intent": "appointment" if asks else pick(random, profiles.INTENTS),
        "response_type": "appointment_booking" if asks else response_type,
        "appointment_requested": asks,
        "appointment_booked": booked,
        "human_handoff_requested": handed_off,
    }


def _cost(model: Model, input_tokens: int, output_tokens: int) -> Decimal | None:
    if model.input_price is None or model.output_price is None:
        return None
    dollars = input_tokens * Decimal(model.input_price) + output_tokens * Decimal(
        model.output_price
    )
    return (dollars / MILLION).quantize(COST_DECIMALS)


class Demo:
    """Requests of `days` days up to `until`, about `requests_per_day` of each."""

    def __init__(self, *, days: int, requests_per_day: int, seed: int, until: datetime) -> None:
        self.days = days
        self.requests_per_day = requests_per_day
        self.seed = seed
        self.until = until
        self.random = Random(seed)
        self.incidents = [(incident, *self.span(incident)) for incident in profiles.INCIDENTS]

    def span(self, incident: Incident) -> tuple[datetime, datetime]:
        """From when until when it lasts."""
        length = incident.hours * HOUR
        before = self.until - int(incident.part * self.days) * DAY
        since = floor_day(before) + incident.hour * HOUR
        since = since if since + length <= before else since - DAY
        return since, since + length

    def records(self) -> Iterator[Record]:
        """Those up to `until`."""
        return takewhile(lambda record: record.received_at < self.until, self.going_on())

    def going_on(self) -> Iterator[Record]:
        """Past `until`, too. Numbered from 1 in the order of time, within 24 hours."""
        number = 0
        for day in range(self.days + FURTHER_DAYS):
            for record in self._day(self.until - timedelta(days=self.days - day)):
                number += 1
                record.request_id = f"{DEMO}:{self.seed}:{number}"
                yield record

    def _day(self, since: datetime) -> list[Record]:
        records = [
            record
            for conversation in self._conversations(since)
            for record in self._turns(conversation)
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
        incident = self._incident(conversation, sent_at)
        error_type = self._error_type(conversation.model, incident)
        answer = (
            failure(self.random, error_type)
            if error_type
            else reply(self.random, conversation, turn, incident.slower if incident else 1)
        )
        return Record(
            request_id="",
            received_at=sent_at + timedelta(milliseconds=answer["duration_ms"]),
            occurred_at=sent_at,
            user_message_length=self.random.randint(8, 260),
            **fields_of(conversation),
            **answer,
        )

    def _incident(self, conversation: Conversation, sent_at: datetime) -> Incident | None:
        for incident, since, until in self.incidents:
            if since <= sent_at < until and conversation.is_of(incident):
                return incident
        return None

    def _error_type(self, model: Model, incident: Incident | None) -> str:
        if incident and incident.failing:
            return incident.error_type if self.random.random() < incident.failing else ""
        return (
            pick(self.random, profiles.ERROR_TYPES) if self.random.random() < model.failing else ""
        )
