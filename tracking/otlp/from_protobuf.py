"""Reads spans of an ExportTraceServiceRequest in protobuf. Knows no Django.

By hand, for three reasons. The official package holds the whole request in memory as objects,
and two bytes of an empty span become a hundred and more; here spans are read one at a time and
the number of fields is bounded. Prompts are passed over undecoded. And it need not be imported by
a cold environment. The tests hold it against the official package.
"""

import struct
from collections.abc import Iterator

from tracking.errors import Refusal
from tracking.otlp.names import WANTED
from tracking.otlp.span import Attributes, Event, Span, Value, malformed

# Of a field: (number << 3 | wire type), then its value, or where its bytes begin and end.
Field = tuple[int, int, int]

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
# A batch of 512 spans with 40 attributes has 80,000.
FIELDS_MAX = 1_000_000


def read_spans(body: bytes) -> Iterator[Span]:
    """Raises a Refusal at what is no protobuf, or too much of it."""
    return _Reader(body).spans()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.fields_left = FIELDS_MAX

    def spans(self) -> Iterator[Span]:
        for key, start, end in self.fields(0, len(self.data)):
            if key == 1 << 3 | BYTES:
                yield from self._of_resource(start, end)

    def _of_resource(self, start: int, end: int) -> Iterator[Span]:
        """What the spans have in common may come behind them, so it is read first."""
        resource: Attributes = {}
        for key, at, to in self.fields(start, end):
            if key == 1 << 3 | BYTES:
                resource |= self._attributes(at, to, 1 << 3 | BYTES)
        for key, at, to in self.fields(start, end):
            if key == 2 << 3 | BYTES:
                yield from self._of_scope(at, to, resource)

    def _of_scope(self, start: int, end: int, resource: Attributes) -> Iterator[Span]:
        name = version = ""
        for key, at, to in self.fields(start, end):
            if key == 1 << 3 | BYTES:
                for part, begins, ends in self.fields(at, to):
                    if part == 1 << 3 | BYTES:
                        name = self._text(begins, ends)
                    elif part == 2 << 3 | BYTES:
                        version = self._text(begins, ends)
        for key, at, to in self.fields(start, end):
            if key == 2 << 3 | BYTES:
                yield self._span(at, to, Span(name, version, resource))

    def _span(self, start: int, end: int, span: Span) -> Span:
        attributes: Attributes = {}
        events = []
        for key, at, to in self.fields(start, end):
            if key == 9 << 3 | BYTES:
                self._add_attribute(at, to, attributes)
            elif key == 1 << 3 | BYTES:
                span.trace_id = self.data[at:to].hex()
            elif key == 2 << 3 | BYTES:
                span.span_id = self.data[at:to].hex()
            elif key == 5 << 3 | BYTES:
                span.name = self._text(at, to)
            elif key == 7 << 3 | FIXED_64:
                span.started_at_ns = at
            elif key == 8 << 3 | FIXED_64:
                span.ended_at_ns = at
            elif key == 11 << 3 | BYTES:
                events.append(self._event(at, to))
            elif key == 15 << 3 | BYTES:
                for part, code, _ in self.fields(at, to):
                    if part == 3 << 3 | VARINT:
                        span.is_error = code == 2
        span.attributes, span.events = attributes, events
        return span

    def _event(self, start: int, end: int) -> Event:
        event = Event(attributes=self._attributes(start, end, 3 << 3 | BYTES))
        for key, at, to in self.fields(start, end):
            if key == 1 << 3 | FIXED_64:
                event.at_ns = at
            elif key == 2 << 3 | BYTES:
                event.name = self._text(at, to)
        return event

    def _attributes(self, start: int, end: int, wanted: int) -> Attributes:
        attributes: Attributes = {}
        for key, at, to in self.fields(start, end):
            if key == wanted:
                self._add_attribute(at, to, attributes)
        return attributes

    def _add_attribute(self, start: int, end: int, attributes: Attributes) -> None:
        """The value of one that isn't wanted is passed over."""
        name = ""
        value_at: tuple[int, int] | None = None
        for key, at, to in self.fields(start, end):
            if key == 1 << 3 | BYTES:
                name = self._text(at, to)
            elif key == 2 << 3 | BYTES:
                value_at = at, to
        if name in WANTED and value_at:
            value = self._value(*value_at)
            if value is not None:
                attributes[name] = value

    def _value(self, start: int, end: int) -> Value | None:
        value: Value | None = None
        for key, at, to in self.fields(start, end):
            if key == 1 << 3 | BYTES:
                value = self._text(at, to)
            elif key == 2 << 3 | VARINT:
                value = bool(at)
            elif key == 3 << 3 | VARINT:
                value = at - (1 << 64) if at >> 63 else at
            elif key == 4 << 3 | FIXED_64:
                value = struct.unpack("<d", at.to_bytes(8, "little"))[0]
            elif key == 5 << 3 | BYTES:
                value = self._first_item(at, to)
        return value

    def _first_item(self, start: int, end: int) -> Value | None:
        for key, at, to in self.fields(start, end):
            # A list in a list is nothing that is read, and could be deep.
            if key == 1 << 3 | BYTES and self.data[at : at + 1] != bytes([5 << 3 | BYTES]):
                return self._value(at, to)
        return None

    def _text(self, start: int, end: int) -> str:
        try:
            return self.data[start:end].decode()
        except UnicodeDecodeError as error:
            raise malformed("a text isn't UTF-8") from error

    def fields(self, at: int, end: int) -> Iterator[Field]:
        data = self.data
        while at < end:
            self.fields_left -= 1
            if self.fields_left < 0:
                raise too_many()
            # Nearly all keys and lengths are of one byte.
            key = data[at]
            at += 1
            if key > 127:
                key, at = self._varint(at - 1, end)
            kind = key & 7
            if kind == BYTES:
                if at < end and data[at] < 128:
                    size = data[at]
                    at += 1
                else:
                    size, at = self._varint(at, end)
                if size > end - at:
                    raise malformed("it ends too early")
                yield key, at, at + size
                at += size
            elif kind == VARINT:
                value, at = self._varint(at, end)
                yield key, value, 0
            elif kind in (FIXED_64, FIXED_32):
                size = 8 if kind == FIXED_64 else 4
                if size > end - at:
                    raise malformed("it ends too early")
                yield key, int.from_bytes(data[at : at + size], "little"), 0
                at += size
            else:
                raise malformed(f"it has a field of wire type {kind}")

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        """(value, where the next begins)."""
        value = shift = 0
        while at < end and shift < 70:
            byte = self.data[at]
            value |= (byte & 127) << shift
            at += 1
            if byte < 128:
                return value & (1 << 64) - 1, at
            shift += 7
        raise malformed("it ends too early" if at >= end else "a number is too long")


def too_many() -> Refusal:
    return Refusal(413, f"The body has more than {FIELDS_MAX:,} fields. Send less at a time.")
