"""Deployments in Django's admin: they are edited, what was measured there is not."""

import pytest
from django.contrib.auth import get_user_model

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


def test_a_new_user_may_log_in_unless_it_is_unticked(admin_client, client):
    form = admin_client.get("/admin/auth/user/add/").context["adminform"].form
    assert form.get_initial_for_field(form.fields["is_staff"], "is_staff") is True
    new = {"username": "vera", "password1": "Tr0mbone!", "password2": "Tr0mbone!"}
    new |= {"usable_password": "true", "is_staff": "on"}
    admin_client.post("/admin/auth/user/add/", new)
    sent = {"username": "vera", "password": "Tr0mbone!"}
    assert client.post("/admin/login/", sent).status_code == 302


def test_who_may_not_look_is_not_told_that_the_password_is_wrong(client):
    get_user_model().objects.create_user("vera", password="Tr0mbone!")
    sent = {"username": "vera", "password": "Tr0mbone!"}
    page = client.post("/admin/login/", sent).content.decode()
    assert "Your password is right" in page
    wrong = client.post("/admin/login/", sent | {"password": "x"}).content.decode()
    assert "Your password is right" not in wrong


def test_the_index_leads_to_ai_requests(admin_client):
    page = admin_client.get("/admin/").content.decode()
    assert 'href="/dashboard/requests/">AI requests</a>' in page


@pytest.mark.parametrize(
    ("path", "words"), [("auth/user", "Users"), ("deployments/latencyrun", "Latency runs")]
)
def test_a_list_is_headed_by_what_it_lists(admin_client, path, words):
    assert f"<h1>{words}</h1>" in admin_client.get(f"/admin/{path}/").content.decode()
