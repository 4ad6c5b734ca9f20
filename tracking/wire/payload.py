"""The wire format of one record: the fields that clients send, and the record they make.

The old service's field names live here and in the metric names, nowhere else. Knows no Django.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from tracking.errors import bad_field, bad_request
from tracking.store import record
from tracking.store.record import ABORTED, FAILED, UNKNOWN, Record
from tracking.store.tokens import Tokens, added_up

METADATA_MAX_KEYS = 20

Id = Annotated[str, Meta(min_length=1, max_length=record.ID_MAX)]
OptionalId = Annotated[str, Meta(max_length=record.ID_MAX)]
Label = Annotated[str, Meta(max_length=record.LABEL_MAX)]
DurationMs = Annotated[float, Meta(ge=0, le=record.DURATION_MAX_MS)]
TokenCount = Annotated[int, Meta(ge=0, le=record.TOKENS_MAX)]
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
    # Required, but of a call whose outcome leaves it unknown.
    total_tokens: TokenCount | None = field(name="tokens_used", default=None)
    conversation_id: OptionalId | None = None
    session_id: OptionalId | None = None
    input_tokens: TokenCount | None = field(name="prompt_tokens", default=None)
    output_tokens: TokenCount | None = field(name="completion_tokens", default=None)
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
    # The provider's: other reports of the same call have it, too.
    response_id: OptionalId | None = None
    occurred_at: datetime | None = None
    provider_name: Label | None = None
    operation_name: Label | None = None
    error_type: Label | None = None
    outcome: Literal["worked", "failed", "aborted", "unknown"] | None = None
    cached_read_tokens: TokenCount | None = None
    cached_write_tokens: TokenCount | None = None
    reasoning_tokens: TokenCount | None = None
    input_excludes_cached: bool | None = None
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
    outcome = payload.outcome if payload.outcome in (ABORTED, UNKNOWN) else ""
    error_type = _error_type(payload, outcome)
    tokens, mismatch = _tokens(payload, outcome)
    success_rate = payload.success_rate
    if success_rate is None and not outcome:
        success_rate = float(not error_type)
    return Record(
        business_id=str(payload.business_id),
        request_id=payload.request_id or idempotency_key or _new_id(received_at),
        response_id=payload.response_id or None,
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
        outcome=outcome,
        deployment=payload.deployment or "",
        duration_ms=payload.duration_ms,
        time_to_first_chunk_ms=payload.time_to_first_chunk_ms,
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        total_tokens=tokens.total,
        cached_read_tokens=tokens.cached_read,
        cached_write_tokens=tokens.cached_write,
        reasoning_tokens=tokens.reasoning,
        token_mismatch=mismatch,
        cost_usd=None if payload.cost_usd is None else record.usd(payload.cost_usd),
        success_rate=success_rate,
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


def _error_type(payload: TrackPayload, outcome: str) -> str:
    """The old client says by a rate of 0 or by the response's type that a request failed."""
    if payload.error_type and payload.outcome not in (None, FAILED):
        raise bad_field("outcome", f"must be {FAILED} where there is an error_type")
    said_to_fail = payload.success_rate == 0 or payload.response_type == "error"
    failed = payload.outcome == FAILED or (payload.outcome is None and said_to_fail)
    return payload.error_type or (UNKNOWN if failed else "")


def _tokens(payload: TrackPayload, outcome: str) -> tuple[Tokens, str]:
    if payload.total_tokens is None and not outcome:
        raise bad_request("Missing required field: tokens_used")
    return added_up(
        Tokens(
            payload.input_tokens,
            payload.output_tokens,
            payload.total_tokens,
            payload.cached_read_tokens,
            payload.cached_write_tokens,
            payload.reasoning_tokens,
        ),
        input_excludes_cached=bool(payload.input_excludes_cached),
    )


def _new_id(now: datetime) -> str:
    """A UUID of version 7 (RFC 9562): ids of one moment are neighbours in their index."""
    milliseconds, random = int(1_000 * now.timestamp()), os.urandom(9).hex()
    head = f"{milliseconds:012x}"
    return f"{head[:8]}-{head[8:]}-7{random[:3]}-8{random[3:6]}-{random[6:]}"


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.year not in record.OCCURRED_YEARS:
        raise bad_field("occurred_at", "must lie between the years 2000 and 2099")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
