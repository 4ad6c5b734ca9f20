"""`POST /track`: what is stored, and what is answered."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import RFC_4122, UUID

import pytest

from tests.build import full_payload, payload
from tracking.models import AIRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client):
    def send(body, **headers):
        return client.post("/track", body, content_type="application/json", headers=headers)

    return send


def test_it_works(post):
    answer = post(payload(request_id="r1"))
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Metrics tracked successfully",
        "prometheus_updated": True,
        "database_stored": True,
        "timestamp": answer.json()["timestamp"],
        "request_id": "r1",
        "duplicate": False,
    }


def test_it_stores_every_field_of_the_old_format(post):
    post(full_payload())
    stored = AIRequest.objects.get()
    assert (stored.business_id, stored.conversation_id, stored.session_id) == (
        "clinic",
        "c-1",
        "s-1",
    )
    assert (stored.duration_ms, stored.total_tokens) == (1200.5, 300)
    assert (stored.input_tokens, stored.output_tokens) == (200, 100)
    assert stored.cost_usd == Decimal("0.0042")
    assert (stored.request_model, stored.intent) == ("gpt-5-mini", "pricing")
    assert (stored.response_type, stored.success_rate) == ("text", 1.0)
    assert (stored.appointment_requested, stored.appointment_booked) == (True, False)
    assert (stored.user_message_length, stored.ai_response_length) == (40, 400)


def test_it_stores_the_new_fields(post):
    post(
        payload(
            request_id="r1",
            occurred_at="2026-01-02T03:04:05+02:00",
            provider_name="openai",
            operation_name="embeddings",
            error_type="timeout",
            time_to_first_chunk_ms=250,
            deployment="lambda",
            metadata={"plan": "free", "retries": 2, "beta": True},
        )
    )
    stored = AIRequest.objects.get()
    assert stored.occurred_at == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert (stored.provider_name, stored.operation_name) == ("openai", "embeddings")
    assert (stored.error_type, stored.deployment) == ("timeout", "lambda")
    assert stored.time_to_first_chunk_ms == 250
    assert stored.metadata == {"plan": "free", "retries": 2, "beta": True}


def test_what_is_absent_is_unknown_or_empty(post):
    post(payload())
    stored = AIRequest.objects.get()
    assert (stored.request_model, stored.intent, stored.error_type) == ("unknown", "unknown", "")
    assert stored.cost_usd is None
    assert stored.input_tokens is None


def test_null_is_as_good_as_absent_where_a_field_is_optional(post):
    assert post(payload(conversation_id=None, model_name=None)).status_code == 200
    assert AIRequest.objects.get().request_model == "unknown"


def test_a_number_as_business_id_is_taken_as_text(post):
    post(payload(business_id=42))
    assert AIRequest.objects.get().business_id == "42"


def test_unknown_fields_are_ignored_and_named(post):
    answer = post(payload(size=[{"deep": 1}], colour="blue"))
    assert (answer.status_code, answer.json()["ignored"]) == (200, ["colour", "size"])


def test_names_of_the_export_are_taken_too(post):
    own = {"duration_ms": 7.5, "total_tokens": 3, "cost_usd": 0.0042, "request_model": "gpt-5"}
    answer = post({"business_id": "clinic", "intent": "pricing", **own})
    assert "ignored" not in answer.json()
    stored = AIRequest.objects.get()
    assert {name: getattr(stored, name) for name in own} == own | {"cost_usd": Decimal("0.0042")}
    assert stored.intent == "pricing"


def test_of_two_names_for_one_the_old_one_counts(post):
    answer = post(payload(api_cost_usd=1, cost_usd=2))
    assert answer.json()["ignored"] == ["cost_usd"]
    assert AIRequest.objects.get().cost_usd == 1
    post(payload(api_cost_usd=None, cost_usd=2))
    assert AIRequest.objects.filter(cost_usd=2).count() == 1


def test_a_refusal_names_the_field_as_the_client_did(post):
    answer = post(payload(cost_usd=-1))
    assert answer.json() == {"error": "cost_usd must be a number >= 0.0", "field": "cost_usd"}


@pytest.mark.parametrize("sign", [{"success_rate": 0.0}, {"response_type": "error"}])
def test_old_clients_signs_of_failure_are_failures(post, sign):
    post(payload(**sign))
    assert AIRequest.objects.get().error_type == "unknown"


def test_success_rate_follows_from_the_error_type(post):
    post(payload(error_type="timeout"))
    assert AIRequest.objects.get().success_rate == 0


def test_a_record_sent_twice_is_stored_once(post):
    post(payload(request_id="r1"))
    assert post(payload(request_id="r1")).json()["duplicate"] is True
    assert AIRequest.objects.count() == 1


def test_the_idempotency_key_stands_for_a_request_id(post):
    post(payload(), **{"Idempotency-Key": "k1"})
    answer = post(payload(), **{"Idempotency-Key": "k1"})
    assert (answer.json()["request_id"], answer.json()["duplicate"]) == ("k1", True)


def test_without_either_it_gets_a_uuid_that_sorts_by_time(post, time_machine):
    ids = []
    for second in (1, 2, 3):
        time_machine.move_to(datetime(2026, 3, 1, 12, 0, second, tzinfo=UTC), tick=False)
        ids.append(post(payload()).json()["request_id"])
    assert ids == sorted(set(ids))
    assert {(UUID(id_).version, UUID(id_).variant) for id_ in ids} == {(7, RFC_4122)}


def test_two_businesses_may_use_the_same_request_id(post):
    post(payload(request_id="r1"))
    assert post(payload(request_id="r1", business_id="other")).json()["duplicate"] is False


def test_our_clock_says_when_it_was_received(post, time_machine):
    time_machine.move_to("2026-03-01T12:00Z", tick=False)
    post(payload(occurred_at="2020-01-01T00:00:00Z"))
    assert AIRequest.objects.get().received_at.isoformat() == "2026-03-01T12:00:00+00:00"


def test_other_methods_are_refused(client):
    answer = client.get("/track")
    assert answer.status_code == 405
    assert answer.json() == {"error": "Method not allowed. Use POST."}


def test_options_answers_200(client):
    assert client.options("/track", headers={"Origin": "https://a.example"}).status_code == 200


def test_the_methods_of_an_endpoint_are_told(client):
    assert client.get("/track")["Allow"] == "POST"
    assert client.options("/track")["Allow"] == "POST, OPTIONS"


def test_a_request_id_comes_before_the_idempotency_key(post):
    answer = post(payload(request_id="r1"), **{"Idempotency-Key": "k1"})
    assert answer.json()["request_id"] == "r1"


@pytest.mark.parametrize("year", [2000, 2099])
def test_the_first_and_the_last_year_are_taken(post, year):
    assert post(payload(occurred_at=f"{year}-06-01T00:00:00Z")).status_code == 200
    assert AIRequest.objects.filter(occurred_at__year=year).exists()


def test_a_cost_is_stored_to_twelve_places(post):
    post(payload(api_cost_usd=0.000000000017))
    assert AIRequest.objects.get().cost_usd == Decimal("0.000000000017")


def test_the_longest_idempotency_key_is_taken(post):
    key = "k" * 200
    assert post(payload(), **{"Idempotency-Key": key}).json()["request_id"] == key


def test_a_record_of_64_kib_is_taken(client):
    body = json.dumps(payload()).encode().ljust(64 * 1024)
    assert client.post("/track", body, content_type="application/json").status_code == 200


def test_tokens_come_in_their_parts(post):
    post(payload(cached_read_tokens=30, cached_write_tokens=10, reasoning_tokens=20))
    stored = AIRequest.objects.get()
    assert (stored.cached_read_tokens, stored.cached_write_tokens) == (30, 10)
    assert (stored.reasoning_tokens, stored.token_mismatch) == (20, "")


def test_an_input_may_be_said_to_exclude_its_cached_part(post):
    parts = {"prompt_tokens": 60, "completion_tokens": 50, "cached_read_tokens": 40}
    post(payload(tokens_used=110, input_excludes_cached=True, **parts))
    stored = AIRequest.objects.get()
    assert (stored.input_tokens, stored.total_tokens, stored.token_mismatch) == (100, 150, "")


def test_tokens_that_dont_add_up_are_kept_and_flagged(post):
    post(payload(tokens_used=300, prompt_tokens=200, completion_tokens=99))
    stored = AIRequest.objects.get()
    assert (stored.total_tokens, stored.token_mismatch) == (300, "total differs")


@pytest.mark.parametrize("outcome", ["aborted", "unknown"])
def test_of_what_did_not_end_no_tokens_need_be_known(post, outcome):
    body = {"business_id": "clinic", "response_time_ms": 5, "outcome": outcome}
    assert post(body).status_code == 200
    stored = AIRequest.objects.get()
    assert (stored.outcome, stored.total_tokens, stored.success_rate) == (outcome, None, None)


@pytest.mark.parametrize("outcome", [None, "worked", "failed"])
def test_else_tokens_are_required(post, outcome):
    answer = post({"business_id": "clinic", "response_time_ms": 5, "outcome": outcome})
    assert answer.json() == {"error": "Missing required field: tokens_used"}


def test_a_failure_needs_no_error_type(post):
    post(payload(outcome="failed"))
    assert AIRequest.objects.get().error_type == "unknown"


def test_an_error_type_is_of_a_failure(post):
    answer = post(payload(outcome="aborted", error_type="timeout"))
    assert (answer.status_code, answer.json()["field"]) == (400, "outcome")


def test_a_response_id_makes_two_reports_one(post):
    post(payload(response_id="resp-1"))
    assert post(payload(response_id="resp-1")).json()["duplicate"] is True
    assert AIRequest.objects.count() == 1
