"""From a span that is a call of a model to its record. Knows no Django."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isnan
from typing import Any

import msgspec

from tracking.otlp import calls, names
from tracking.otlp.providers import provider_name
from tracking.otlp.span import Span
from tracking.store import record
from tracking.store.periods import EPOCH
from tracking.store.record import ABORTED, UNKNOWN, Record
from tracking.store.tokens import Tokens, added_up

ID = re.compile(r"[0-9a-f]+")

Names = Iterable[str]


class Rejected(Exception):
    """Why a span is not stored: the attribute, and its bound."""


def record_of(span: Span, received_at: datetime) -> Record:
    """Raises Rejected at what can't be stored as it is: nothing is cut off or made up."""
    error_type = _error_type(span)
    outcome = "" if error_type else _outcome(span)
    # Langfuse counts each token under one key.
    excludes_cached = names.LANGFUSE_USAGE in span.attributes
    tokens, mismatch = added_up(_tokens(span), input_excludes_cached=excludes_cached)
    return Record(
        business_id=_business_id(span),
        request_id=_request_id(span),
        response_id=_text(span, names.RESPONSE_ID, record.ID_MAX),
        received_at=received_at,
        occurred_at=_occurred_at(span),
        conversation_id=_text(span, names.CONVERSATION_ID, record.ID_MAX),
        session_id=_text(span, names.SESSION_ID, record.ID_MAX),
        provider_name=provider_name(_label(span, names.PROVIDER) or UNKNOWN),
        request_model=_label(span, names.REQUEST_MODEL) or UNKNOWN,
        operation_name=_operation_name(span),
        response_type=UNKNOWN,
        intent=UNKNOWN,
        error_type=error_type,
        outcome=outcome,
        deployment="",
        duration_ms=_duration_ms(span),
        time_to_first_chunk_ms=_time_to_first_chunk_ms(span),
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        total_tokens=tokens.total,
        cached_read_tokens=tokens.cached_read,
        cached_write_tokens=tokens.cached_write,
        reasoning_tokens=tokens.reasoning,
        token_mismatch=mismatch,
        cost_usd=_cost_usd(span),
        success_rate=None if outcome else float(not error_type),
        appointment_requested=False,
        appointment_booked=False,
        human_handoff_requested=False,
        metadata=_metadata(span),
    )


def _request_id(span: Span) -> str:
    """Span ids are unique in their trace alone."""
    for name, id_, length in (("trace", span.trace_id, 32), ("span", span.span_id, 16)):
        if len(id_) != length or not ID.fullmatch(id_) or not id_.strip("0"):
            raise Rejected(f"the {name} id must be {length} hexadecimal digits, not all 0")
    return f"{span.trace_id}:{span.span_id}"


def _business_id(span: Span) -> str:
    """Of the span, else of the resource, else the service's name."""
    said = _text(span, names.BUSINESS_ID, record.ID_MAX)
    of_resource = (*names.BUSINESS_ID, names.SERVICE_NAME)
    return said or _resource_text(span, of_resource) or UNKNOWN


def _error_type(span: Span) -> str:
    if not calls.has_error(span):
        return ""
    exceptions = (event.attributes.get(names.EXCEPTION_TYPE) for event in span.events)
    raised = next((_bounded(names.EXCEPTION_TYPE, str(name)) for name in exceptions if name), None)
    return _label(span, names.ERROR_TYPE) or raised or UNKNOWN


def _outcome(span: Span) -> str:
    """Of one that didn't fail. An application that stops listening leaves a span without all that
    comes at the end of an answer."""
    if calls.is_aborted_stream(span):
        return ABORTED
    if calls.has_usage(span) or calls.has_finish_reason(span):
        return ""
    # Without usage an embedding is whole.
    return UNKNOWN if _operation_name(span) == "embeddings" else ABORTED


def _operation_name(span: Span) -> str:
    operation = _label(span, (names.OPERATION, names.OLD_OPERATION)) or ""
    if operation in calls.INFERENCE:
        return operation
    kinds = (names.OPENINFERENCE_KIND, names.LANGFUSE_TYPE)
    said = f"{operation} {span.first(kinds) or ''} {span.name}".lower()
    return "embeddings" if "embed" in said else "chat"


def _occurred_at(span: Span) -> datetime:
    try:
        moment = EPOCH + timedelta(microseconds=span.started_at_ns // 1_000)
    except OverflowError:
        moment = EPOCH
    if moment.year not in record.OCCURRED_YEARS:
        raise Rejected("the start must lie between the years 2000 and 2099")
    return moment


def _duration_ms(span: Span) -> float:
    duration_ms = (span.ended_at_ns - span.started_at_ns) / 1e6
    if not 0 <= duration_ms <= record.DURATION_MAX_MS:
        raise Rejected("the end must not lie before the start, nor more than a day after it")
    return duration_ms


def _time_to_first_chunk_ms(span: Span) -> float | None:
    most = record.DURATION_MAX_MS
    seconds = _number(span, names.FIRST_CHUNK_SECONDS, most / 1_000)
    if seconds is not None:
        return seconds * 1_000
    ms = _number(span, names.FIRST_CHUNK_MS, most)
    if ms is not None:
        return ms
    at_ns = next((e.at_ns for e in span.events if e.name in names.FIRST_CHUNK_EVENTS), None)
    if at_ns is None:
        at_ns = _langfuse_first_chunk_at_ns(span)
    after_ms = None if at_ns is None else (at_ns - span.started_at_ns) / 1e6
    return after_ms if after_ms is not None and 0 <= after_ms <= most else None


def _langfuse_first_chunk_at_ns(span: Span) -> int | None:
    said = span.attributes.get(names.LANGFUSE_FIRST_CHUNK_AT)
    try:
        moment = datetime.fromisoformat(str(said).strip('"'))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1) * 1_000


# In the order of Tokens: the attributes, Langfuse's keys and LangChain's, by their path.
TOKENS: tuple[tuple[Names, Names, Names], ...] = (
    (names.INPUT_TOKENS, ("input",), ("input_tokens",)),
    (names.OUTPUT_TOKENS, ("output",), ("output_tokens",)),
    (names.TOTAL_TOKENS, ("total",), ("total_tokens",)),
    (names.CACHED_READ_TOKENS, ("input_cached_tokens",), ("input_token_details", "cache_read")),
    (
        names.CACHED_WRITE_TOKENS,
        ("input_cache_creation",),
        ("input_token_details", "cache_creation"),
    ),
    (names.REASONING_TOKENS, ("output_reasoning_tokens",), ("output_token_details", "reasoning")),
)


def _tokens(span: Span) -> Tokens:
    langfuse = _json(span, names.LANGFUSE_USAGE)
    langchain = _json(span, names.LANGSMITH_USAGE)
    most = record.TOKENS_MAX
    found = (
        (
            _number(span, attributes, most),
            _of_json(langfuse, names.LANGFUSE_USAGE, of_langfuse, most),
            _of_json(langchain, names.LANGSMITH_USAGE, of_langchain, most),
        )
        for attributes, of_langfuse, of_langchain in TOKENS
    )
    return Tokens(*(_whole(next((n for n in each if n is not None), None)) for each in found))


def _whole(number: float | None) -> int | None:
    if number is not None and number != int(number):
        raise Rejected("tokens must be whole numbers")
    return None if number is None else int(number)


def _cost_usd(span: Span) -> Decimal | None:
    cost = _number(span, names.COST_USD, record.COST_MAX_USD)
    if cost is None:
        said = _json(span, names.LANGFUSE_COST)
        cost = _of_json(said, names.LANGFUSE_COST, ("total",), record.COST_MAX_USD)
    return None if cost is None else record.usd(cost)


def _metadata(span: Span) -> dict[str, Any]:
    """Who reported it, from where, and how it ended."""
    said = {
        "sender": _bounded("the scope's name", span.scope_name, record.ID_MAX),
        "sender_version": _bounded("the scope's version", span.scope_version, record.ID_MAX),
        "response_model": _text(span, names.RESPONSE_MODEL, record.ID_MAX),
        "finish_reason": _text(span, names.FINISH_REASON, record.ID_MAX),
        **{key: _resource_text(span, (name,)) for key, name in names.OF_RESOURCE.items()},
    }
    return {key: value for key, value in said.items() if value}


def _resource_text(span: Span, attributes: Names) -> str | None:
    found = ((name, span.resource[name]) for name in attributes if name in span.resource)
    return next((_bounded(name, str(value), record.ID_MAX) for name, value in found), None)


def _label(span: Span, attributes: Names) -> str | None:
    return _text(span, attributes, record.LABEL_MAX)


def _text(span: Span, attributes: Names, most: int) -> str | None:
    """Of the first attribute that says something; a number is as good as text."""
    found = ((name, span.attributes[name]) for name in attributes if name in span.attributes)
    return next((_bounded(name, str(value), most) for name, value in found if value != ""), None)


def _bounded(name: str, text: str, most: int = record.LABEL_MAX) -> str:
    if len(text) > most:
        raise Rejected(f"{name} must have at most {most} characters")
    if "\x00" in text:
        raise Rejected(f"{name} must not contain a NUL byte")
    return text


def _number(span: Span, attributes: Names, most: float) -> float | None:
    """Of the first attribute that has one."""
    found = ((name, span.attributes[name]) for name in attributes if name in span.attributes)
    numbers = (_in_bounds(name, value, most) for name, value in found)
    return next((number for number in numbers if number is not None), None)


def _json(span: Span, attribute: str) -> Any:
    """The object in an attribute's text."""
    if attribute not in span.attributes:
        return {}
    try:
        return msgspec.json.decode(str(span.attributes[attribute]), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Rejected(f"{attribute} must be a JSON object") from error


def _of_json(said: Any, attribute: str, path: Names, most: float) -> float | None:
    for key in path:
        said = said.get(key) if isinstance(said, dict) else None
    return _in_bounds(f"{attribute}: {key}", said, most)


def _in_bounds(name: str, value: Any, most: float) -> float | None:
    """NaN is how AI SDK says that it doesn't know."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= most:
        raise Rejected(f"{name} must be a number from 0 to {most:,.0f}")
    number: float = value
    return number
