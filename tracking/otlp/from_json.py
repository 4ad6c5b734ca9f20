"""Reads spans of an ExportTraceServiceRequest in OTLP's JSON. Knows no Django."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from tracking.errors import Refusal
from tracking.otlp.names import WANTED
from tracking.otlp.span import Attributes, Event, Span, Value, malformed

# Each becomes an object in memory of a hundred bytes and more, of which two may have been sent.
OBJECTS_MAX = 500_000

Number = int | float | str


class _Base(Struct, rename="camel"):
    """Null is as good as absent, and unknown fields are passed over."""


class _KeyValue(_Base):
    """The value stays undecoded where nobody asks for it."""

    key: str | None = None
    value: Raw = Raw(b"null")


class _Items(_Base):
    values: list[Raw] | None = None


class _AnyValue(_Base):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: Number | None = None
    double_value: Number | None = None
    array_value: _Items | None = None


class _Event(_Base):
    name: str | None = None
    time_unix_nano: Number | None = None
    attributes: list[_KeyValue] | None = None


class _Status(_Base):
    code: Number | None = None


class _Span(_Base):
    trace_id: str | None = None
    span_id: str | None = None
    name: str | None = None
    start_time_unix_nano: Number | None = None
    end_time_unix_nano: Number | None = None
    attributes: list[_KeyValue] | None = None
    events: list[_Event] | None = None
    status: _Status | None = None


class _Scope(_Base):
    name: str | None = None
    version: str | None = None


class _ScopeSpans(_Base):
    scope: _Scope | None = None
    spans: list[_Span] | None = None


class _Resource(_Base):
    attributes: list[_KeyValue] | None = None


class _ResourceSpans(_Base):
    resource: _Resource | None = None
    scope_spans: list[_ScopeSpans] | None = None


class _Export(_Base):
    resource_spans: list[_ResourceSpans] | None = None


_export_decoder = msgspec.json.Decoder(_Export)
_value_decoder = msgspec.json.Decoder(_AnyValue | None)


def read_spans(body: bytes) -> Iterator[Span]:
    """Raises a Refusal at what is no such JSON, or too much of it. No body is an empty export."""
    if body.count(b"{") > OBJECTS_MAX:
        raise Refusal(413, f"The body has more than {OBJECTS_MAX:,} objects. Send less at a time.")
    export = _decoded(_export_decoder, body) if body.strip() else _Export()
    for of_resource in export.resource_spans or ():
        resource = _attributes((of_resource.resource or _Resource()).attributes)
        for of_scope in of_resource.scope_spans or ():
            scope = of_scope.scope or _Scope()
            for span in of_scope.spans or ():
                yield _span(span, Span(scope.name or "", scope.version or "", resource))


def _decoded(decoder: msgspec.json.Decoder[Any], body: bytes | Raw) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(str(error)) from error


def _span(read: _Span, span: Span) -> Span:
    span.trace_id = (read.trace_id or "").lower()
    span.span_id = (read.span_id or "").lower()
    span.name = read.name or ""
    span.started_at_ns = _whole(read.start_time_unix_nano)
    span.ended_at_ns = _whole(read.end_time_unix_nano)
    span.is_error = read.status is not None and read.status.code in (2, "2", "STATUS_CODE_ERROR")
    span.attributes = _attributes(read.attributes)
    span.events = [
        Event(event.name or "", _whole(event.time_unix_nano), _attributes(event.attributes))
        for event in read.events or ()
    ]
    return span


def _attributes(pairs: list[_KeyValue] | None) -> Attributes:
    attributes: Attributes = {}
    for pair in pairs or ():
        if pair.key in WANTED and (value := _value(pair.value)) is not None:
            attributes[pair.key] = value
    return attributes


def _value(raw: Raw) -> Value | None:
    """Of a list, its first item."""
    value: _AnyValue | None = _decoded(_value_decoder, raw)
    if value is None:
        return None
    if value.array_value is not None:
        items = value.array_value.values or ()
        return _scalar(_decoded(_value_decoder, items[0])) if items else None
    return _scalar(value)


def _scalar(value: _AnyValue | None) -> Value | None:
    if value is None:
        return None
    if value.int_value is not None:
        return _whole(value.int_value)
    if value.double_value is not None:
        return _real(value.double_value)
    return value.bool_value if value.string_value is None else value.string_value


def _whole(number: Number | None) -> int:
    """64 bits as a number or as text."""
    try:
        whole = int(number or 0)
    except (ValueError, OverflowError) as error:
        raise malformed(f"{str(number)[:40]!r} is no whole number") from error
    if not -(2**63) <= whole < 2**64 or (isinstance(number, float) and whole != number):
        raise malformed(f"{str(number)[:40]!r} is no whole number of 64 bits")
    return whole


def _real(number: Number) -> float:
    """Also NaN and Infinity, as text."""
    try:
        return float(number)
    except (ValueError, OverflowError) as error:
        raise malformed(f"{str(number)[:40]!r} is no number") from error
