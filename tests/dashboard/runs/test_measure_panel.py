"""The panel that starts a run: who sees it, and what may be asked."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from deployments.models import LatencyRun
from tests.dashboard.runs.building import asked, sample, saved, started, text
from tests.deployments.measuring import servers

pytestmark = pytest.mark.django_db
PAGE = "/dashboard/deployments/"
PANEL = 'id="measure"'


@pytest.fixture(scope="module")
def url():
    with servers.serve() as url:
        yield url


def test_a_run_is_started_and_led_to(admin):
    answer = admin.post(PAGE, asked(saved(), saved("lambda"), warm_up="on"))
    run = LatencyRun.objects.get()
    assert answer["Location"] == f"/dashboard/runs/{run.pk}/#start"
    assert (run.planned, run.path, run.new_connections, run.warm_up) == (2, "/health", True, True)
    assert run.open and run.deployments.count() == 2


def test_the_permission_to_add_runs_is_enough(viewer):
    user = get_user_model().objects.get(username="vera")
    user.user_permissions.add(Permission.objects.get(codename="add_latencyrun"))
    deployment = saved()
    assert PANEL in text(viewer, "/dashboard/deployments/")
    assert viewer.post(PAGE, asked(deployment)).status_code == 302


@pytest.mark.parametrize("path", ["deployments/", "runs/1/sample", "runs/1/stop"])
def test_another_site_can_ask_for_nothing(path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.create_superuser("ada"))
    started(saved())
    assert client.post(f"/dashboard/{path}", asked()).status_code == 403


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"deployments": []}, "Choose at least one deployment."),
        ({"deployments": [0]}, "0 is not one of the available choices"),
        ({"calls": 0}, "greater than or equal to 1"),
        ({"calls": 201}, "less than or equal to 200"),
        ({"calls": "1e9"}, "Enter a whole number"),
        ({"path": "http://169.254.169.254/"}, "A path such as /health"),
        ({"path": "//169.254.169.254/"}, "A path such as /health"),
        ({"path": "/a?b"}, "A path such as /health"),
        ({"path": "/a\r\nHost: b"}, "A path such as /health"),
        ({"path": "/" + 200 * "x"}, "at most 200 characters"),
        ({"connection": "maybe"}, "maybe is not one of the available choices"),
    ],
)
def test_what_cant_be_measured_is_said_on_the_form(admin, fields, words):
    page = admin.post(f"{PAGE}?window=7d", asked(saved(), **fields)).content.decode()
    assert words in page and " open>" in page
    assert "<h1>Deployments</h1>" in page and 'aria-current="true">7d</a>' in page
    assert not LatencyRun.objects.exists()


def test_a_deployment_without_base_url_is_no_choice(admin):
    saved()
    nowhere = saved("nowhere", base_url="")
    page = admin.post(PAGE, asked(nowhere)).content.decode()
    assert f"{nowhere.pk} is not one of the available choices" in page


def test_the_only_deployment_is_ticked(admin):
    saved()
    assert text(admin, PAGE).count(" checked>") == 1
    saved("lambda")
    assert " checked>" not in text(admin, PAGE)


def test_so_many_deployments_at_most(admin):
    answer = admin.post(PAGE, asked(*(saved(f"d{n}") for n in range(9))))
    assert "Choose at most 8 deployments." in answer.content.decode()


def test_what_was_chosen_stays_after_a_mistake(admin):
    page = admin.post(PAGE, asked(saved(), calls=999)).content.decode()
    assert 'value="999"' in page and " checked>" in page


def test_without_a_saved_deployment_one_is_added_first(admin):
    assert "/admin/deployments/deployment/add/" in text(admin, "/dashboard/deployments/")


def test_a_row_leads_to_the_panel_and_chooses_its_deployment(admin, url):
    run = started(saved(base_url=url), samples=1)
    sample(admin, run)
    link = f"/dashboard/deployments/?window=7d&amp;measure={run.deployments.get().pk}#measure"
    assert link in text(admin, "/dashboard/deployments/?window=7d")
    page = text(admin, link.replace("&amp;", "&").partition("#")[0])
    assert " open>" in page and " checked>" in page


def test_on_lambda_the_panel_says_what_is_not_called(admin, settings):
    saved()
    settings.ON_LAMBDA = True
    assert "private addresses are not called" in text(admin, "/dashboard/deployments/")
