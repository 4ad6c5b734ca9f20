"""A span as both encodings of OTLP give it, with the attributes that are read. Knows no Django."""

from collections.abc import Iterable

from msgspec import Struct

from tracking.errors import Refusal, bad_request

# Of a list, its first item: an empty one says nothing.
Value = str | bool | int | float
Attributes = dict[str, Value]


class Event(Struct):
    name: str = ""
    at_ns: int = 0
    attributes: Attributes = {}


class Span(Struct):
    """Ids are lower hexadecimal; times are nanoseconds since 1970."""

    scope_name: str
    scope_version: str
    resource: Attributes
    trace_id: str = ""
    span_id: str = ""
    name: str = ""
    started_at_ns: int = 0
    ended_at_ns: int = 0
    is_error: bool = False
    attributes: Attributes = {}
    events: list[Event] = []

    def first(self, names: Iterable[str]) -> Value | None:
        """What the first attribute says that is there."""
        return next((self.attributes[name] for name in names if name in self.attributes), None)


def malformed(reason: str) -> Refusal:
    return bad_request(f"The body is no export of spans: {reason}.")
