"""The hand-written reader beside the official package: the same spans, whatever is sent."""

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.tracking.otlp.spans import as_json, as_protobuf, event, export, span
from tracking.errors import Refusal
from tracking.otlp import from_json, from_protobuf
from tracking.otlp.names import WANTED

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
values = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(texts, max_size=3),
)
attributes = st.dictionaries(st.one_of(st.sampled_from(sorted(WANTED)), texts), values, max_size=6)
events = st.builds(event, texts, attributes, st.integers(0, 10_000))
spans = st.builds(
    span,
    attributes,
    name=texts,
    events=st.lists(events, max_size=3),
    status=st.sampled_from([{}, {"code": 1}, {"code": 2}, {"code": 2, "message": "no"}]),
)
requests = st.builds(
    lambda each, scope, resource: export(*each, scope=scope, resource=resource),
    st.lists(spans, max_size=3),
    texts,
    attributes,
)
by_rote = settings(max_examples=200, deadline=None, derandomize=True)


@by_rote
@given(requests)
def test_both_encodings_say_the_same(request):
    assert [*from_protobuf.read_spans(as_protobuf(request))] == [
        *from_json.read_spans(as_json(request))
    ]


@by_rote
@given(requests, st.data())
def test_what_the_official_package_takes_is_taken(request, data):
    body = bytearray(as_protobuf(request))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(body[: data.draw(st.integers(0, len(body)))])
    try:
        ExportTraceServiceRequest.FromString(cut)
    except DecodeError:
        return
    # But for groups, which OTLP has none of.
    try:
        [*from_protobuf.read_spans(cut)]
    except Refusal as refusal:
        assert "wire type 3" in str(refusal)


def test_what_spans_have_in_common_may_stand_behind_them():
    whole = export(span())
    [of_resource] = whole["resourceSpans"]
    scoped = as_protobuf({"resourceSpans": [{"scopeSpans": of_resource["scopeSpans"]}]})
    common = as_protobuf({"resourceSpans": [{"resource": of_resource["resource"]}]})
    # Two fields of the same message, in either order, are one message.
    inside = scoped[_head(scoped) :] + common[_head(common) :]
    body = b"\x0a" + _varint(len(inside)) + inside
    assert [*from_protobuf.read_spans(body)] == [*from_json.read_spans(as_json(whole))]


def _head(message: bytes) -> int:
    """Length of the tag and the length before the only field's bytes."""
    return 1 + next(at for at in range(1, 5) if message[at] < 128)


def _varint(value: int) -> bytes:
    return bytes([value & 127 | 128, value >> 7]) if value > 127 else bytes([value])


@pytest.mark.parametrize("empty", [b"\x0a\x00", b"\x12\x00"])
def test_many_empty_messages_are_too_many(empty):
    inside = empty * 1_000_001
    with pytest.raises(Refusal, match="more than 1,000,000 fields"):
        [*from_protobuf.read_spans(b"\x0a" + _long(len(inside)) + inside)]


def _long(value: int) -> bytes:
    parts = [value >> shift & 127 | 128 for shift in (0, 7, 14)]
    return bytes([*parts, value >> 21])
