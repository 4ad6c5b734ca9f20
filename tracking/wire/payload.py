"""The wire format of one record: the fields that clients send, and the record they make.

The old service's field names live here and in the metric names, nowhere else. Knows no Django.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct, field

from tracking.errors import bad_field
from tracking.store import record
from tracking.store.record import UNKNOWN, Record

METADATA_MAX_KEYS = 20
OCCURRED_YEARS = range(2000, 2100)
COST_DECIMALS = Decimal("1e-12")

Id = Annotated[str, Meta(min_length=1, max_length=record.ID_MAX)]
OptionalId = Annotated[str, Meta(max_length=record.ID_MAX)]
Label = Annotated[str, Meta(max_length=record.LABEL_MAX)]
DurationMs = Annotated[float, Meta(ge=0, le=record.DURATION_MAX_MS)]
Tokens = Annotated[int, Meta(ge=0, le=record.TOKENS_MAX)]
Length = Annotated[int, Meta(ge=0, le=record.LENGTH_MAX)]
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
MetadataKey = Annotated[str, Meta(min_length=1, max_length=record.LABEL_MAX)]
Metadata = Annotated[
    dict[MetadataKey, OptionalId | Integer | float | bool | None],
    Meta(max_length=METADATA_MAX_KEYS),
]


class TrackPayload(Struct, kw_only=True):
    """`POST /track`: field names are the wire's, attributes are ours; null is as good as absent."""

    business_id: Id | Integer | float
    duration_ms: DurationMs = field(name="response_time_ms")
    total_tokens: Tokens = field(name="tokens_used")
    conversation_id: OptionalId | None = None
    session_id: OptionalId | None = None
    input_tokens: Tokens | None = field(name="prompt_tokens", default=None)
    output_tokens: Tokens | None = field(name="completion_tokens", default=None)
    cost_usd: Annotated[float, Meta(ge=0, le=record.COST_MAX_USD)] | None = field(
        name="api_cost_usd", default=None
    )
    request_model: Label | None = field(name="model_name", default=None)
    success_rate: Annotated[float, Meta(ge=0, le=1)] | None = None
    user_satisfaction: Annotated[float, Meta(ge=-1000, le=1000)] | None = None
    intent: Label | None = field(name="intent_detected", default=None)
    response_type: Label | None = None
    appointment_requested: bool | None = None
    appointment_booked: bool | None = None
    human_handoff_requested: bool | None = None
    user_message_length: Length | None = None
    ai_response_length: Length | None = None
    request_id: OptionalId | None = None
    occurred_at: datetime | None = None
    provider_name: Label | None = None
    operation_name: Label | None = None
    error_type: Label | None = None
    time_to_first_chunk_ms: DurationMs | None = None
    deployment: Label | None = None
    metadata: Metadata | None = None


WIRE_NAMES = frozenset(TrackPayload.__struct_encode_fields__)
# The names that pages, exports and columns have for the same: a record may use them, too.
OWN_NAMES = {
    own: wire
    for own, wire in zip(
        TrackPayload.__struct_fields__, TrackPayload.__struct_encode_fields__, strict=True
    )
    if own != wire
}


def record_of(
    payload: TrackPayload, received_at: datetime, idempotency_key: str | None = None
) -> Record:
    """The record that a payload stands for; raises a Refusal for what types alone can't say."""
    success_rate = payload.success_rate
    error_type = payload.error_type or _implied_error(payload)
    return Record(
        business_id=str(payload.business_id),
        request_id=payload.request_id or idempotency_key or _new_id(received_at),
        received_at=received_at,
        occurred_at=_utc(payload.occurred_at),
        conversation_id=payload.conversation_id,
        session_id=payload.session_id,
        provider_name=payload.provider_name or UNKNOWN,
        request_model=payload.request_model or UNKNOWN,
        operation_name=payload.operation_name or "chat",
        response_type=payload.response_type or UNKNOWN,
        intent=payload.intent or UNKNOWN,
        error_type=error_type,
        deployment=payload.deployment or "",
        duration_ms=payload.duration_ms,
        time_to_first_chunk_ms=payload.time_to_first_chunk_ms,
        input_tokens=payload.input_tokens,
        output_tokens=payload.output_tokens,
        total_tokens=payload.total_tokens,
        cost_usd=_usd(payload.cost_usd),
        success_rate=float(not error_type) if success_rate is None else success_rate,
        user_satisfaction=payload.user_satisfaction,
        appointment_requested=bool(payload.appointment_requested),
        appointment_booked=bool(payload.appointment_booked),
        human_handoff_requested=bool(payload.human_handoff_requested),
        user_message_length=payload.user_message_length,
        ai_response_length=payload.ai_response_length,
        metadata=payload.metadata,
    )


def check_text(payload: TrackPayload) -> None:
    """PostgreSQL can't store a NUL byte."""
    for name, text in _texts(payload):
        if "\x00" in text:
            raise bad_field(name, "must not contain a NUL byte")


def _texts(payload: TrackPayload) -> Iterator[tuple[str, str]]:
    for name, attribute in zip(
        payload.__struct_encode_fields__, payload.__struct_fields__, strict=True
    ):
        value = getattr(payload, attribute)
        if isinstance(value, str):
            yield name, value
    for key, value in (payload.metadata or {}).items():
        yield "metadata", key
        yield "metadata", str(value)


def _implied_error(payload: TrackPayload) -> str:
    """The old client says by a rate of 0 or by the response's type that a request failed."""
    failed = payload.success_rate == 0 or payload.response_type == "error"
    return UNKNOWN if failed else ""


def _new_id(now: datetime) -> str:
    """A UUID of version 7 (RFC 9562): ids of one moment are neighbours in their index."""
    milliseconds, random = int(1_000 * now.timestamp()), os.urandom(9).hex()
    head = f"{milliseconds:012x}"
    return f"{head[:8]}-{head[8:]}-7{random[:3]}-8{random[3:6]}-{random[6:]}"


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.year not in OCCURRED_YEARS:
        raise bad_field("occurred_at", "must lie between the years 2000 and 2099")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _usd(cost: float | None) -> Decimal | None:
    """Decimal of the digits that were sent, to the 12 places that are stored."""
    return None if cost is None else Decimal(repr(cost)).quantize(COST_DECIMALS)
