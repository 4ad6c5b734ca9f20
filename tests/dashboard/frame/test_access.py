"""Who sees what, how answers are protected, and what is shown when something is wrong."""

import pytest
from django.contrib.auth import get_user_model
from django.db import InternalError, OperationalError

from tests.build import record, store_records

pytestmark = pytest.mark.django_db
PAGES = [
    "/dashboard/",
    "/dashboard/overview.json",
    "/dashboard/requests/",
    "/dashboard/requests.csv",
    "/dashboard/requests.json",
    "/dashboard/requests/1/",
    "/dashboard/breakdown/",
    "/dashboard/breakdown.json",
    "/dashboard/breakdown.csv",
    "/dashboard/breakdown-lines.json",
    "/dashboard/business/",
    "/dashboard/model.json",
    "/dashboard/spend/",
    "/dashboard/spend.json",
    "/dashboard/spend.csv",
    "/dashboard/compare/",
    "/dashboard/compare.json",
    "/dashboard/runs/1/",
    "/dashboard/runs/1.json",
]


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_page_without_logging_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/admin/login/?next={path}"


@pytest.mark.parametrize("path", PAGES)
def test_staff_without_the_permission_see_none(client, path):
    client.force_login(get_user_model().objects.create_user("sam", is_staff=True))
    assert client.get(path).status_code == 403


def test_a_viewer_looks_and_changes_nothing(viewer):
    store_records([record()])
    assert viewer.get("/dashboard/").status_code == 200
    assert viewer.get("/admin/auth/user/").status_code == 403


@pytest.mark.parametrize("path", ["/dashboard/", "/admin/login/", "/health"])
def test_the_policy_allows_nothing_inline(admin, path):
    policy = admin.get(path)["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", [path for path in PAGES if path.endswith("/")][:2])
def test_pages_have_nothing_inline(admin, path):
    page = admin.get(path).content.decode()
    assert " style=" not in page
    assert "<script>" not in page


def test_pages_are_not_cached(admin):
    assert "no-cache" in admin.get("/dashboard/")["Cache-Control"]


def test_ten_wrong_passwords_close_the_log_in(client):
    get_user_model().objects.create_superuser("ada", password="right")
    wrong = {"username": "ada", "password": "wrong"}
    answers = [client.post("/admin/login/", wrong).status_code for _ in range(10)]
    assert answers[-2:] == [200, 429]
    right = client.post("/admin/login/", {"username": "ada", "password": "right"})
    assert right.status_code == 429


def test_a_browser_is_led_to_the_dashboard(client):
    answer = client.get("/", headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")


def test_a_program_gets_json(client):
    assert client.get("/").json()["endpoints"]["track"] == "/track"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OperationalError("connection refused"), "Database unavailable"),
        (OperationalError("no such table: tracking_rollup"), "python manage.py migrate"),
        (InternalError("attempt to write a readonly database"), "Database read-only"),
    ],
)
def test_a_database_that_is_away_is_said_to_be_so(admin, monkeypatch, error, words):
    def away(*args):
        raise error

    monkeypatch.setattr("dashboard.overview.views.overview_of", away)
    answer = admin.get("/dashboard/")
    assert answer.status_code == 503
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/dashboard/", 17),
        ("/dashboard/overview.json", 3),
        ("/dashboard/breakdown/", 6),
        ("/dashboard/breakdown-lines.json", 3),
        ("/dashboard/business/?business=clinic", 15),
        ("/dashboard/spend/", 8),
        ("/dashboard/compare/", 10),
        ("/dashboard/requests/", 5),
    ],
)
def test_a_page_takes_so_many_queries(admin, django_assert_num_queries, path, queries):
    store_records([record(request_model=f"model-{n}") for n in range(20)])
    with django_assert_num_queries(queries):
        admin.get(path)


def test_after_a_quarter_of_an_hour_the_log_in_opens_again(client, time_machine):
    get_user_model().objects.create_superuser("ada", password="right")
    wrong, right = ({"username": "ada", "password": word} for word in ("wrong", "right"))
    time_machine.move_to("2026-03-01T12:00Z", tick=False)
    answers = [client.post("/admin/login/", wrong).status_code for _ in range(10)]
    assert answers[-1] == 429
    time_machine.move_to("2026-03-01T12:16Z", tick=False)
    assert client.post("/admin/login/", right).status_code == 302


def test_what_the_root_answers_depends_on_who_asks(client):
    browser = {"Accept": "text/html"}
    assert "Accept" in client.get("/", headers=browser)["Vary"]
    assert client.post("/", headers=browser).status_code == 405


def test_a_log_in_that_should_lead_elsewhere_leads_to_the_dashboard(client):
    get_user_model().objects.create_superuser("ada", password="right")
    form = {"username": "ada", "password": "right", "next": "https://evil.example/"}
    answer = client.post("/admin/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")
