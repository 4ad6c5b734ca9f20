"""Deployments in Django's admin: they are edited, what was measured there is not."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from deployments.models import Deployment

pytestmark = pytest.mark.django_db


ADD = "/admin/deployments/deployment/add/"


def sent(**fields):
    """What the form of a deployment sends."""
    plain = {"name": "lambda", "kind": "lambda", "architecture": "arm64", "gateway": "http_api"}
    return plain | fields


def test_a_deployment_is_managed_in_the_admin(admin_client):
    admin_client.post(ADD, sent(base_url="https://x.example", memory_mb="512"))
    assert Deployment.objects.get().architecture == "arm64"


def test_a_wrong_url_is_refused_in_the_admin(admin_client):
    answer = admin_client.post(ADD, sent(base_url="ftp://x"))
    assert "ftp://x must begin with http" in answer.content.decode()


def test_prices_are_fields_with_units(admin_client):
    page = admin_client.get(ADD).content.decode()
    assert "Lambda GB-s arm64" in page
    assert "US dollars per GB-s. Empty: 0.0000133334." in page


def test_a_deployment_keeps_the_prices_that_it_names(admin_client):
    fields = {"lambda_requests": "0.28", "instance_type": "t3.micro", "instance_hour": "0.011"}
    admin_client.post(ADD, sent(**fields))
    deployment = Deployment.objects.get()
    assert deployment.prices == {"lambda_requests": 0.28, "ec2_hour_t3.micro": 0.011}
    page = f"/admin/deployments/deployment/{deployment.pk}/change/"
    assert 'value="0.28"' in admin_client.get(page).content.decode()
    admin_client.post(page, sent(instance_type="t3.micro", instance_hour="0.011"))
    assert Deployment.objects.get().prices == {"ec2_hour_t3.micro": 0.011}


def test_the_prices_of_other_instance_types_stay(admin_client):
    named = {"ec2_hour_t3.nano": 0.005}
    page = "/admin/deployments/deployment/{}/change/"
    one = Deployment.objects.create(name="a", instance_type="m9.huge", prices=named)
    admin_client.post(page.format(one.pk), sent(instance_type="m9.huge", instance_hour="9"))
    assert Deployment.objects.get().prices == {**named, "ec2_hour_m9.huge": 9}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lambda_requests": "-1"}, "greater than or equal to 0"),
        ({"lambda_requests": "inf"}, "Enter a number."),
        ({"lambda_requests": "1e9"}, "less than or equal to 999999999"),
        ({"instance_hour": "1"}, "Name the type of which an hour has this price."),
        ({"instance_type": "?", "instance_hour": "1"}, "Name the type of which an hour has"),
    ],
)
def test_a_wrong_price_is_said_beside_its_field(admin_client, fields, words):
    assert words in admin_client.post(ADD, sent(**fields)).content.decode()
    assert not Deployment.objects.exists()


def test_who_may_only_look_sees_the_prices_that_a_deployment_names(client):
    user = get_user_model().objects.create_user("vera", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_deployment"))
    client.force_login(user)
    one = Deployment.objects.create(name="a", prices={"lambda_requests": 0.28})
    page = client.get(f"/admin/deployments/deployment/{one.pk}/change/").content.decode()
    assert "Lambda requests: 0.28" in page and 'name="lambda_requests"' not in page


def test_saving_a_deployment_leads_back_to_where_one_was(admin_client):
    back = f"?{urlencode({'next': '/dashboard/costs/?window=7d'})}"
    answer = admin_client.post(ADD + back, sent())
    assert answer["Location"] == "/dashboard/costs/?window=7d"
    page = f"/admin/deployments/deployment/{Deployment.objects.get().pk}/change/"
    assert admin_client.post(page + back, sent())["Location"] == "/dashboard/costs/?window=7d"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", ""])
def test_saving_a_deployment_leads_nowhere_else(admin_client, elsewhere):
    answer = admin_client.post(f"{ADD}?{urlencode({'next': elsewhere})}", sent())
    assert answer["Location"] == "/admin/deployments/deployment/"


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
    named = {"username": "vera", "password": "Tr0mbone!"}
    assert client.post("/admin/login/", named).status_code == 302


def test_who_may_not_look_is_not_told_that_the_password_is_wrong(client):
    get_user_model().objects.create_user("vera", password="Tr0mbone!")
    named = {"username": "vera", "password": "Tr0mbone!"}
    page = client.post("/admin/login/", named).content.decode()
    assert "Your password is right" in page
    wrong = client.post("/admin/login/", named | {"password": "x"}).content.decode()
    assert "Your password is right" not in wrong


def test_the_index_leads_to_ai_requests(admin_client):
    page = admin_client.get("/admin/").content.decode()
    assert 'href="/dashboard/requests/">AI requests</a>' in page


@pytest.mark.parametrize(
    ("path", "words"), [("auth/user", "Users"), ("deployments/latencyrun", "Latency runs")]
)
def test_a_list_is_headed_by_what_it_lists(admin_client, path, words):
    assert f"<h1>{words}</h1>" in admin_client.get(f"/admin/{path}/").content.decode()
