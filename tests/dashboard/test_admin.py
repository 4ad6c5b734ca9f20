"""Deployments in Django's admin: they are edited, what was measured there is not."""

import pytest

from deployments.models import Deployment

pytestmark = pytest.mark.django_db


def test_a_deployment_is_managed_in_the_admin(admin_client):
    form = {"name": "lambda", "kind": "lambda", "base_url": "https://x.example", "prices": "{}"}
    form |= {"architecture": "arm64", "gateway": "http_api", "memory_mb": "512"}
    admin_client.post("/admin/deployments/deployment/add/", form)
    assert Deployment.objects.get().architecture == "arm64"


def test_a_wrong_price_or_url_is_refused_in_the_admin(admin_client):
    form = {"name": "a", "kind": "lambda", "architecture": "arm64", "base_url": "ftp://x"}
    answer = admin_client.post("/admin/deployments/deployment/add/", form | {"prices": '{"x": 1}'})
    assert "ftp://x must begin with http" in answer.content.decode()
    assert "x is no price" in answer.content.decode()


@pytest.mark.parametrize("model", ["latencyrun", "lambdareport"])
def test_measurements_are_only_shown_in_the_admin(admin_client, model):
    assert admin_client.get(f"/admin/deployments/{model}/").status_code == 200
    assert admin_client.get(f"/admin/deployments/{model}/add/").status_code == 403
