"""`POST /track/batch`: the valid records stored, a result for each item."""

import json

import pytest

from tests.build import payload
from tests.metrics import sums_of
from tracking.models import AIRequest, Total

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client):
    def send(records, **headers):
        body = {"records": records}
        return client.post("/track/batch", body, content_type="application/json", headers=headers)

    return send


def test_it_works(post):
    answer = post([payload(request_id="a"), payload(request_id="b")])
    assert answer.status_code == 200
    assert answer.json()["results"] == [
        {"index": 0, "request_id": "a", "duplicate": False},
        {"index": 1, "request_id": "b", "duplicate": False},
    ]


def test_a_result_names_what_was_ignored(post):
    results = post([payload(colour="blue"), payload()]).json()["results"]
    assert [result.get("ignored") for result in results] == [["colour"], None]


def test_a_bad_item_keeps_no_other_from_being_stored(post):
    answer = post([payload(), payload(tokens_used="x"), payload()])
    assert answer.status_code == 207
    assert (answer.json()["stored"], answer.json()["refused"]) == (2, 1)
    assert answer.json()["results"][1] == {
        "index": 1,
        "error": "tokens_used must be an integer, not a string",
        "field": "tokens_used",
    }
    assert AIRequest.objects.count() == 2


def test_none_stored_is_an_error(post):
    answer = post([{}, {"business_id": "a"}])
    assert answer.status_code == 400
    assert answer.json()["error"] == "No record could be stored; see results."
    assert answer.json()["results"][0]["error"] == "No metrics data provided"


def test_a_record_twice_in_one_batch_counts_once(post):
    results = post([payload(request_id="a"), payload(request_id="a")]).json()["results"]
    assert [result["duplicate"] for result in results] == [False, True]
    assert sums_of(Total.objects.all_time())["requests"] == 1


def test_a_batch_sent_again_counts_once(post):
    records = [payload(request_id="a"), payload(request_id="b")]
    post(records)
    assert all(result["duplicate"] for result in post(records).json()["results"])
    assert sums_of(Total.objects.all_time())["requests"] == 2


def test_the_idempotency_key_covers_the_items_by_their_place(post):
    headers = {"Idempotency-Key": "batch-1"}
    post([payload(), payload()], **headers)
    results = post([payload(), payload()], **headers).json()["results"]
    assert [result["request_id"].split(":")[1] for result in results] == ["0", "1"]
    assert AIRequest.objects.count() == 2


def test_a_thousand_records_are_taken_and_one_more_is_not(post):
    assert post([payload()] * 1_000).status_code == 200
    answer = post([payload()] * 1_001)
    assert (answer.status_code, answer.json()["field"]) == (400, "records")


@pytest.mark.parametrize("body", [b'{"records": []}', b'{"records": {}}', b'{"record": []}', b"[]"])
def test_a_body_without_records_is_refused(client, body):
    answer = client.post("/track/batch", body, content_type="application/json")
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_two_megabytes_are_too_large(post):
    answer = post([payload(intent_detected="x" * 2_000_000)])
    assert answer.status_code == 413
    assert answer.json()["error"] == "The body is larger than 1,048,576 bytes. Send less at a time."


def test_an_item_is_bounded_like_a_single_record(post):
    answer = post([payload(), payload(intent_detected="x" * 70_000)])
    assert answer.json()["results"][1]["limit_bytes"] == 65_536


def test_of_a_record_twice_in_one_batch_the_stored_one_is_counted(post):
    post([payload(request_id="a", tokens_used=tokens) for tokens in (1, 20)])
    stored = AIRequest.objects.get().total_tokens
    assert sums_of(Total.objects.all_time())["total_tokens"] == stored == 1


def test_a_bad_idempotency_key_is_named(post):
    answer = post([payload(request_id="a")], **{"Idempotency-Key": "k" * 201})
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


def test_a_batch_of_one_mebibyte_is_taken(client):
    body = json.dumps({"records": [payload()]}).encode().ljust(1024 * 1024)
    assert client.post("/track/batch", body, content_type="application/json").status_code == 200


def test_the_longest_idempotency_key_is_taken(post):
    assert post([payload(), payload()], **{"Idempotency-Key": "k" * 200}).json()["stored"] == 2


def test_a_key_of_a_record_is_none_of_a_batch(client, post):
    post([payload()], **{"Idempotency-Key": "Z"})
    single = {"content_type": "application/json", "headers": {"Idempotency-Key": "Z:0"}}
    assert client.post("/track", payload(), **single).json()["duplicate"] is False


def test_duplicates_are_not_counted_as_stored(post):
    post([payload(request_id="a")])
    answer = post([payload(request_id="a"), payload(request_id="b"), {}]).json()
    assert [answer[name] for name in ("stored", "duplicates", "refused")] == [1, 1, 1]


def test_a_batch_of_duplicates_is_a_success(post):
    for stored in (1, 0):
        answer = post([payload(request_id="a")])
        assert (answer.status_code, answer.json()["stored"]) == (200, stored)
