"""The fields of a demo record: those of its conversation, and what one turn ends in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from tracking import demo_profiles as profiles
from tracking.demo_profiles import Business, Model
from tracking.querysets import DEMO
from tracking.wire import COST_DECIMALS

Choice = TypeVar("Choice")
Fields = dict[str, Any]

MILLION = 1_000_000
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


def reply(random: Random, conversation: Conversation, turn: int) -> Fields:
    model = conversation.model
    input_tokens = PROMPT_TOKENS + turn * TURN_TOKENS + random.randint(10, 90)
    length = random.lognormvariate(0, 0.45)
    output_tokens = max(1, round(model.output_tokens * length))
    return {
        **_timing(random, model, length),
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


def _timing(random: Random, model: Model, length: float) -> Fields:
    """Longer answers take longer; a streamed one begins long before it ends."""
    duration_ms = model.median_ms * length**0.5 * random.lognormvariate(0, model.spread)
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
