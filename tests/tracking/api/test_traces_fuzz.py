"""Arbitrary bytes to `/v1/traces`: only 2xx and 4xx, and in bounded memory."""

import gzip
import json
import tracemalloc

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.api.test_fuzz import fuzz, texts, values
from tests.tracking.otlp.spans import CHAT, JSON, PROTOBUF, as_json, as_protobuf, export, span
from tracking.models import AIRequest
from tracking.otlp.export import INFLATED_MAX_BYTES
from tracking.otlp.names import WANTED

pytestmark = pytest.mark.django_db
CLIENT = Client()
SPAN_FIELDS = (*span(), "events", "status", "unheard_of")

changed = st.dictionaries(st.sampled_from(SPAN_FIELDS), values, max_size=3).map(
    lambda fields: json.dumps(export(span() | fields)).encode(errors="surrogatepass")
)
any_value = st.dictionaries(
    st.sampled_from(["stringValue", "intValue", "doubleValue", "boolValue", "arrayValue"]), values
)
odd_attributes = st.lists(
    st.fixed_dictionaries({"key": st.sampled_from(sorted(WANTED)), "value": any_value}), max_size=4
).map(lambda pairs: as_json(export(span() | {"attributes": [*span()["attributes"], *pairs]})))
said = st.dictionaries(
    st.sampled_from(sorted(WANTED)),
    st.one_of(texts.map(lambda text: text.encode(errors="ignore").decode()), st.booleans()),
    max_size=4,
).map(lambda attributes: as_protobuf(export(span(CHAT | attributes))))


@st.composite
def damaged(draw):
    body = bytearray(as_protobuf(export(span(), span())))
    for _ in range(draw(st.integers(1, 4))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.integers(0, 255))
    return bytes(body)


bodies = st.one_of(changed, odd_attributes, said, damaged(), st.binary(max_size=200))


@fuzz
@given(bodies, st.sampled_from([JSON, PROTOBUF]), st.booleans())
def test_only_2xx_and_4xx(body, content_type, zipped):
    before = AIRequest.objects.count()
    sent = gzip.compress(body) if zipped else body
    answer = CLIENT.post("/v1/traces", sent, content_type, CONTENT_TYPE=content_type)
    assert answer.status_code in (200, 400, 413), answer.content
    stored = int(answer["X-Spans-Stored"]) if answer.status_code == 200 else 0
    assert AIRequest.objects.count() == before + stored


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b" " * INFLATED_MAX_BYTES, JSON),
        (b'{"resourceSpans":[' + b"{}," * 499_990, JSON),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"{}," * 499_990, JSON),
        (b"\x0a\x00" * 200_000, PROTOBUF),
        (b"\x0a\x02\x12\x00" * 100_000, PROTOBUF),
    ],
    ids=["spaces", "resources", "spans", "empty resources", "empty scopes"],
)
def test_a_bomb_takes_little_memory(body, content_type):
    tracemalloc.start()
    answer = CLIENT.post("/v1/traces", gzip.compress(body), content_type=content_type)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code < 500
    assert peak - len(body) < 100 * 2**20
