"""Bad input: a 4xx that names the field and its bound, and nothing stored."""

import json

import pytest

from tests.build import payload
from tracking.models import AIRequest

pytestmark = pytest.mark.django_db

BAD_FIELDS = [
    ("business_id", "", "must be a string of length >= 1"),
    ("business_id", "x" * 10_000, "must be a string of length <= 200"),
    ("business_id", ["clinic"], "must be an integer or a number or a string, not array"),
    ("business_id", None, "must be an integer or a number or a string, not null"),
    ("business_id", True, "must be an integer or a number or a string, not true or false"),
    ("business_id", 10**30, "must be an integer <= 9223372036854775807"),
    ("business_id", "a\x00b", "must not contain a NUL byte"),
    ("response_time_ms", -1, "must be a number >= 0.0"),
    ("response_time_ms", 10**30, "must be a number <= 86400000.0"),
    ("response_time_ms", "fast", "must be a number, not a string"),
    ("tokens_used", -1, "must be an integer >= 0"),
    ("tokens_used", 1.5, "must be an integer or null, not a number"),
    ("tokens_used", 10**30, "must be an integer <= 100000000"),
    ("api_cost_usd", 10**6, "must be a number <= 10000.0"),
    ("api_cost_usd", -0.01, "must be a number >= 0.0"),
    ("success_rate", 1.2, "must be a number <= 1.0"),
    ("success_rate", -0.1, "must be a number >= 0.0"),
    ("user_satisfaction", "good", "must be a number or null, not a string"),
    ("model_name", {"name": "gpt"}, "must be a string or null, not object"),
    ("model_name", "m" * 101, "must be a string of length <= 100"),
    ("appointment_booked", "no", "must be true or false or null, not a string"),
    ("appointment_booked", 1, "must be true or false or null, not an integer"),
    ("outcome", "gone", "must be one of worked, failed, aborted, unknown, not 'gone'"),
    ("cached_read_tokens", -1, "must be an integer >= 0"),
    ("occurred_at", "yesterday", "must be an RFC 3339 date-time"),
    ("occurred_at", "0001-01-01T00:00:00+14:00", "must lie between the years 2000 and 2099"),
    ("metadata", {"a": {"b": 1}}, "must be"),
    ("metadata", {"a": "\x00"}, "must not contain a NUL byte"),
    ("metadata", {"\x00": "a"}, "must not contain a NUL byte"),
    ("metadata", {str(n): n for n in range(21)}, "must be object of length <= 20"),
]


@pytest.mark.parametrize(("field", "value", "reason"), BAD_FIELDS)
def test_a_bad_field_is_named_with_its_bound(client, field, value, reason):
    answer = client.post("/track", payload(**{field: value}), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert f"{field} {reason}" in answer.json()["error"]
    assert not AIRequest.objects.exists()


MALFORMED = [
    (b"", "The body must be a JSON object"),
    (b"not json", "The body must be a JSON object"),
    (b"[1]", "The body must be a JSON object"),
    (b'"text"', "The body must be a JSON object"),
    (b'{"business_id": "a", "response_time_ms": NaN}', "in response_time_ms"),
    (b'{"business_id": "a", "response_time_ms": Infinity}', "in response_time_ms"),
    (b'{"business_id": "\xff"}', "in UTF-8"),
    (b'{"business_id": "\\ud800"}', "in business_id"),
    (b'{"business_id": "a', "The body must be a JSON object"),
    (b"[" * 100_000, "larger than"),
    (b"[" * 60_000, "The body must be a JSON object"),
]


@pytest.mark.parametrize(("body", "reason"), MALFORMED)
def test_a_malformed_body_is_refused(client, body, reason):
    answer = client.post("/track", body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert reason in answer.json()["error"]


@pytest.mark.parametrize("body", ["{}", "[]", "null", '""', " {} "])
def test_an_empty_body_is_answered_as_before(client, body):
    answer = client.post("/track", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json() == {"error": "No metrics data provided"}


@pytest.mark.parametrize("field", ["business_id", "response_time_ms", "tokens_used"])
def test_a_missing_field_is_answered_as_before(client, field):
    body = payload()
    del body[field]
    answer = client.post("/track", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json() == {"error": f"Missing required field: {field}"}


def test_a_body_of_two_megabytes_is_too_large(client):
    body = json.dumps(payload(intent_detected="x" * 2_000_000))
    answer = client.post("/track", body, content_type="application/json")
    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 65_536


@pytest.mark.parametrize("key", ["k" * 201, "tab\tin it"])
def test_a_bad_idempotency_key_is_named(client, key):
    answer = client.post(
        "/track", payload(), content_type="application/json", headers={"Idempotency-Key": key}
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")
