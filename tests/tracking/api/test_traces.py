"""`POST /v1/traces`: OTLP/HTTP as its specification says."""

import gzip
import json
from decimal import Decimal

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.tracking.otlp.spans import CHAT, JSON, PROTOBUF, as_json, as_protobuf, export, span
from tracking.models import AIRequest
from tracking.otlp.export import INFLATED_MAX_BYTES

pytestmark = pytest.mark.django_db
ENCODED = pytest.mark.parametrize(
    ("encode", "content_type"), [(as_json, JSON), (as_protobuf, PROTOBUF)], ids=["json", "protobuf"]
)


@pytest.fixture
def post(client):
    def send(body, content_type=JSON, **headers):
        # The client says none of an empty body.
        environ = {"CONTENT_TYPE": content_type}
        return client.post("/v1/traces", body, content_type, headers=headers, **environ)

    return send


@ENCODED
def test_it_works(post, encode, content_type):
    answer = post(encode(export(span(), span())), content_type)
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert answer.content == (b"{}" if content_type == JSON else b"")
    assert AIRequest.objects.filter(total_tokens=150).count() == 2


@ENCODED
def test_gzip_is_known_by_its_bytes(post, encode, content_type):
    body = encode(export(span()))
    post(gzip.compress(body), content_type, **{"Content-Encoding": "gzip"})
    post(gzip.compress(body), content_type)
    # API Gateway inflates a body and leaves the header.
    answer = post(body, content_type, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer["X-Spans-Duplicate"]) == (200, "1")
    assert AIRequest.objects.count() == 1


@pytest.mark.parametrize(("body", "content_type"), [(b"", JSON), (b"{}", JSON), (b"", PROTOBUF)])
def test_an_empty_export_is_a_success(post, body, content_type):
    assert post(body, content_type).status_code == 200


def test_a_span_sent_again_is_stored_once(post):
    body = as_json(export(span()))
    post(body)
    answer = post(body)
    assert (answer["X-Spans-Stored"], answer["X-Spans-Duplicate"]) == ("0", "1")
    assert AIRequest.objects.count() == 1


def test_the_same_span_id_in_another_trace_is_another_call(post):
    one = span(spanId="00f067aa0ba902b7")
    post(as_json(export(one, one | {"traceId": "f" * 32})))
    assert AIRequest.objects.count() == 2


@ENCODED
def test_other_spans_are_ignored_with_success(post, encode, content_type):
    fetch = span({"http.request.method": "GET"})
    answer = post(encode(export(fetch, span(), fetch)), content_type)
    assert answer.content == (b"{}" if content_type == JSON else b"")
    assert (answer["X-Spans-Stored"], answer["X-Spans-Ignored"]) == ("1", "2")


def test_what_cant_be_stored_is_a_partial_success(post):
    long = CHAT | {"gen_ai.request.model": "m" * 101}
    answer = post(as_json(export(span(), span(long))))
    assert answer.json() == {
        "partialSuccess": {
            "rejectedSpans": "1",
            "errorMessage": "1 x gen_ai.request.model must have at most 100 characters",
        }
    }
    assert AIRequest.objects.count() == 1


def test_a_partial_success_in_protobuf(post):
    many = [span(CHAT | {"gen_ai.request.model": "m" * 101}) for _ in range(200)]
    answer = post(as_protobuf(export(*many)), PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (partial.rejected_spans, partial.error_message[:6]) == (200, "200 x ")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"resourceSpans": 1}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "soon"}]}]}]}',
        b"\xff",
        gzip.compress(b"{}")[:-3],
        b"\x1f\x8bno gzip",
    ],
)
def test_what_is_no_export_is_a_400_that_says_why(post, body):
    answer = post(body)
    assert answer.status_code == 400
    assert answer.json()["message"] == answer.json()["error"]


def test_protobuf_that_is_none_is_answered_in_protobuf(post):
    answer = post(b"\x0a\xff", PROTOBUF)
    assert (answer.status_code, answer["Content-Type"]) == (400, PROTOBUF)
    message = Status.FromString(answer.content).message
    assert message == "The body is no export of spans: it ends too early."


@ENCODED
def test_a_gzip_bomb_is_413(post, encode, content_type):
    answer = post(gzip.compress(b"{" * (INFLATED_MAX_BYTES + 1)), content_type)
    assert (answer.status_code, answer["Content-Type"]) == (413, content_type)


def test_too_many_objects_are_413(post):
    body = b'{"resourceSpans": [' + b"{}," * 500_000 + b"{}]}"
    assert post(body).status_code == 413


def test_a_body_over_the_bound_is_413(post):
    assert post(b" " * (8 * 1024 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-ndjson", ""])
def test_other_content_types_are_415(post, content_type):
    assert post(b"{}", content_type).status_code == 415


def test_other_encodings_are_415(post):
    assert post(b"{}", JSON, **{"Content-Encoding": "zstd"}).status_code == 415


@ENCODED
def test_it_asks_for_the_key(post, settings, encode, content_type):
    settings.MLOPS_API_KEY = "a-secret-of-the-team"
    body = encode(export(span()))
    assert post(body, content_type).status_code == 401
    assert post(body, content_type, **{"X-API-Key": "wrong"})["Content-Type"] == content_type
    assert post(body, content_type, **{"X-API-Key": "a-secret-of-the-team"}).status_code == 200


def test_numbers_of_64_bits_may_be_text_or_numbers(post):
    numbers = span(startTimeUnixNano=1_780_000_000_000_000_000, endTimeUnixNano=1.78e18)
    numbers["attributes"].append({"key": "gen_ai.usage.total_tokens", "value": {"intValue": 160}})
    assert post(json.dumps(export(numbers))).json() == {}
    assert AIRequest.objects.get().total_tokens == 160


def test_ids_may_be_in_capitals(post):
    post(as_json(export(span(traceId="A" * 32, spanId="B" * 16))))
    assert AIRequest.objects.get().request_id == f"{'a' * 32}:{'b' * 16}"


def test_null_and_unknown_fields_are_as_good_as_absent(post):
    body = export(span(events=None, links=[{"x": 1}], unheard_of={"deep": []}, flags=257))
    assert post(as_json(body)).json() == {}
    assert AIRequest.objects.count() == 1


def test_a_double_is_read_from_protobuf(post):
    post(as_protobuf(export(span(CHAT | {"gen_ai.usage.cost": 0.0042}))), PROTOBUF)
    assert AIRequest.objects.get().cost_usd == Decimal("0.0042")
