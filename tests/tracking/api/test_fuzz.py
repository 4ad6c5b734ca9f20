"""Arbitrary bodies: only 2xx and 4xx, and the database holds exactly what was acknowledged."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.build import payload
from tracking.models import AIRequest, Total
from tracking.store import append
from tracking.store.periods import Period
from tracking.wire.payload import TrackPayload

pytestmark = pytest.mark.django_db
CLIENT = Client()

fuzz = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

FIELDS = (*TrackPayload.__struct_encode_fields__, "unheard_of")

texts = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Co", "Lo"]), max_size=5),
    st.sampled_from(["", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "'; DROP TABLE x; --"]),
    st.builds(lambda size: "é" * size, st.sampled_from([99, 100, 101, 200, 201, 10_000])),
)
numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**30, -(10**400), 100_000_001]),
    st.sampled_from([-0.0, 5e-324, 1e308, 1e-13, 86_400_000.0, 86_400_000.1, 0.1 + 0.2]),
)
dates = st.sampled_from(
    [
        "2000-01-01T00:00:00+14:00",
        "2099-12-31T23:59:59.999999-23:59",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2024-02-30T00:00:00Z",
        "2024-02-29T23:59:60Z",
        "2024-02-29 10:00",
        "2024-02-29T10:00:00",
        "yesterday",
    ]
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts, dates)
values = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(texts, inside, max_size=3),
    max_leaves=8,
)
TEXT_FIELDS = [
    *("business_id", "request_id", "conversation_id", "session_id", "model_name", "deployment"),
    *("intent_detected", "response_type", "provider_name", "operation_name", "error_type"),
]
# Most values are of the field's own type: others don't come past the parser.
changes = st.one_of(
    st.dictionaries(st.sampled_from(TEXT_FIELDS), texts, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(FIELDS), numbers, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=3),
    st.fixed_dictionaries({"occurred_at": dates}),
)
mutated = changes.map(lambda fields: payload(**fields))
flat_metadata = st.builds(
    lambda metadata: payload(metadata=metadata), st.dictionaries(texts, scalars, max_size=25)
)
bodies = st.one_of(mutated, mutated, flat_metadata, values)


@contextmanager
def empty_database() -> Iterator[None]:
    """For one example; what it stores is rolled back."""
    append.known_sets.forget()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def post_bytes(path: str, body: bytes, **headers: str):
    answer = CLIENT.post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code in {200, 207, 400, 413}, (answer.status_code, answer.content)
    return answer


def check_track(body: bytes, **headers: str) -> None:
    with empty_database():
        answer = post_bytes("/track", body, **headers)
        if answer.status_code == 200:
            check_stored({answer.json()["request_id"]})
        else:
            assert answer.json()["error"]
            check_stored(set())


def check_batch(body: bytes) -> None:
    with empty_database():
        results = post_bytes("/track/batch", body).json().get("results", [])
        acknowledged = [result for result in results if "request_id" in result]
        assert all("error" in result for result in results if result not in acknowledged)
        check_stored({result["request_id"] for result in acknowledged})
        new = [result for result in acknowledged if not result["duplicate"]]
        assert AIRequest.objects.count() == len(new)


def check_stored(keys: set[str]) -> None:
    stored = AIRequest.objects.values_list("request_id", flat=True)
    assert set(stored) == keys
    counted = Total.objects.filter(period=Period.ALL).values_list("requests", flat=True)
    assert sum(counted) == len(stored)
    if keys:
        assert CLIENT.get("/metrics").status_code == 200


@fuzz
@given(st.binary(max_size=200))
def test_track_refuses_arbitrary_bytes(body):
    check_track(body)


@fuzz
@given(st.binary(max_size=200))
def test_a_batch_refuses_arbitrary_bytes(body):
    check_batch(body)


@fuzz
@given(bodies)
def test_track_stores_a_record_or_refuses_it(body):
    check_track(json.dumps(body).encode())


@fuzz
@given(mutated, st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_track_survives_damaged_json(body, place, junk):
    text = json.dumps(body, ensure_ascii=False).encode(errors="surrogatepass")
    check_track(text[:place] + junk + text[place:])


@fuzz
@given(st.lists(bodies, max_size=6))
def test_a_batch_stores_what_it_acknowledges(records):
    check_batch(json.dumps({"records": records}).encode())


@fuzz
@given(mutated, st.text(max_size=210))
def test_an_idempotency_key_is_taken_or_refused(body, key):
    check_track(json.dumps(body).encode(), IDEMPOTENCY_KEY=key)


def test_the_payload_is_stored_where_nothing_is_changed():
    with empty_database():
        assert post_bytes("/track", json.dumps(payload()).encode()).status_code == 200
        assert AIRequest.objects.count() == 1
