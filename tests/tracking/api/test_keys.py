"""The API key: who may write, who may read."""

import pytest

from tests.build import payload

pytestmark = pytest.mark.django_db
KEY = "a-secret-of-the-team"


@pytest.fixture
def with_key(settings):
    settings.MLOPS_API_KEY = KEY


@pytest.fixture
def in_production(settings, with_key):
    settings.PRODUCTION = True


def track(client, **headers):
    return client.post("/track", payload(), content_type="application/json", headers=headers)


def test_without_a_key_development_is_open(client):
    assert track(client).status_code == 200


def test_a_missing_key_is_answered_as_before(client, with_key):
    answer = track(client)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "Unauthorized",
        "message": "API key required. Include X-API-Key header.",
    }


@pytest.mark.parametrize("key", ["wrong", "a-secret", KEY + "x", "ключ"])
def test_a_wrong_key_is_answered_as_before(client, with_key, key):
    answer = client.post("/track", payload(), content_type="application/json", HTTP_X_API_KEY=key)
    assert answer.status_code == 403
    assert answer.json() == {"error": "Forbidden", "message": "Invalid API key"}


@pytest.mark.parametrize("headers", [{"X-API-Key": KEY}, {"Authorization": f"Bearer {KEY}"}])
def test_the_key_opens_as_either_header(client, with_key, headers):
    assert track(client, **headers).status_code == 200


CLOSED = ["/metrics", "/analytics/clinic", "/health/detailed"]


@pytest.mark.parametrize("path", CLOSED)
def test_figures_are_closed_in_production(client, in_production, path):
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": f"Bearer {KEY}"}).status_code == 200


@pytest.mark.parametrize("path", CLOSED)
def test_figures_are_open_in_development(client, with_key, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", [*CLOSED, "/track"])
def test_production_without_a_configured_key_is_closed(client, settings, path):
    settings.PRODUCTION = True
    answer = track(client) if path == "/track" else client.get(path)
    assert answer.status_code == 503
    assert "MLOPS_API_KEY" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/health", "/"])
def test_health_is_always_open(client, in_production, path):
    assert client.get(path).status_code == 200


def test_the_web_servers_own_metrics_are_closed_in_production(
    client, in_production, settings, monkeypatch, tmp_path
):
    settings.MULTIPROCESS = True
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert client.get("/metrics/server").status_code == 401
    answer = client.get("/metrics/server", headers={"X-API-Key": KEY})
    assert (answer.status_code, answer["Content-Type"][:10]) == (200, "text/plain")


def test_one_process_has_no_metrics_of_a_web_server(client):
    answer = client.get("/metrics/server")
    assert answer.status_code == 404
    assert "PROMETHEUS_MULTIPROC_DIR" in answer.json()["error"]


def test_a_key_of_another_scheme_is_none(client, with_key):
    answer = track(client, Authorization=f"Basic {KEY}")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_a_batch_asks_for_the_key_too(client, with_key):
    body = {"records": [payload()]}
    answer = client.post("/track/batch", body, content_type="application/json")
    assert answer.status_code == 401
