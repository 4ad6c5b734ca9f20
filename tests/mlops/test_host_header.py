"""A foreign Host header: pages refuse it, the API doesn't look at it, warm or cold."""

import pytest

from tests.build import payload
from tests.tracking.api.posting import post
from tracking.api.endpoints import ENDPOINTS

FOREIGN = "service:5001"
READ = [path for path, endpoint in ENDPOINTS.items() if "GET" in endpoint.methods]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_host(settings):
    settings.ALLOWED_HOSTS = ["tracking.example"]


@pytest.mark.parametrize("path", [*READ, "/analytics/clinic"])
def test_the_api_answers_any_host(client, path):
    assert client.get(path, headers={"host": FOREIGN}).status_code == 200


def test_a_record_is_taken_at_any_host(client):
    assert post(client, payload(), host=FOREIGN).status_code == 200


def test_the_servers_metrics_answer_any_host(client):
    assert client.get("/metrics/server", headers={"host": FOREIGN}).status_code == 404


@pytest.mark.parametrize("path", ["/dashboard/", "/admin/login/", "/nowhere"])
def test_pages_refuse_a_foreign_host(client, path):
    assert client.get(path, headers={"host": FOREIGN}).status_code == 400
    assert client.get(path, headers={"host": "tracking.example"}).status_code != 400


def test_a_page_without_its_slash_still_finds_it(client):
    answer = client.get("/dashboard", headers={"host": "tracking.example"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "/dashboard/")
