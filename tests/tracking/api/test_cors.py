"""CORS: only the origins of the setting may read answers in a browser."""

import pytest

from tests.build import payload

ORIGIN = "https://shop.example"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}


@pytest.fixture
def one_origin(settings):
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


def test_a_listed_origin_may_post(client, one_origin):
    answer = client.options("/track", headers=PREFLIGHT)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert "x-api-key" in answer["Access-Control-Allow-Headers"]


def test_another_origin_may_not(client, one_origin):
    answer = client.options("/track", headers=PREFLIGHT | {"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer


def test_without_a_list_no_origin_may(client):
    assert "Access-Control-Allow-Origin" not in client.options("/track", headers=PREFLIGHT)


@pytest.mark.django_db
def test_an_answer_names_its_origin(client, one_origin):
    headers = {"Origin": ORIGIN}
    answer = client.post("/track", payload(), content_type="application/json", headers=headers)
    assert answer["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize("header", ["authorization", "idempotency-key"])
def test_an_origin_may_send_what_the_api_reads(client, one_origin, header):
    allowed = client.options("/track", headers=PREFLIGHT)["Access-Control-Allow-Headers"]
    assert header in allowed
