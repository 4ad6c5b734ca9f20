"""The shell before Django: which requests it answers, and that Django's view answers alike."""

import io
import json
import subprocess
import sys
from typing import Any
from urllib.parse import unquote
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import connection

from tests.build import payload
from tests.database import POSTGRESQL
from tracking.api.shell import ApiFirst
from tracking.models import AIRequest
from tracking.store import database

AWAY = "postgresql://postgres@127.0.0.1:1/away"


def never():
    raise AssertionError("Django was loaded.")


def django_stand_in(environ, start_response):
    start_response("200 OK", [])
    return [environ["PATH_INFO"].encode()]


class Caller:
    """Calls a WSGI application as a server would."""

    def __init__(self, application):
        self.application = application

    def __call__(self, method, path, body=b"", **environ):
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path}
        environ.setdefault("wsgi.input", io.BytesIO(body))
        environ["CONTENT_LENGTH"] = environ.get("CONTENT_LENGTH", str(len(body)))
        setup_testing_defaults(environ)
        answer: dict[str, Any] = {}

        def start_response(status, headers):
            answer.update(status=int(status[:3]), headers=dict(headers))

        answer["body"] = b"".join(self.application(environ, start_response))
        return answer


@pytest.fixture
def call(monkeypatch):
    shells: list[ApiFirst] = []

    def with_url(database_url, load_django=never):
        monkeypatch.setenv("DATABASE_URL", database_url)
        shells.append(ApiFirst(load_django))
        return Caller(shells[-1])

    yield with_url
    for shell in shells:
        shell.configured.database.close()


@pytest.mark.parametrize(
    ("method", "path", "environ"),
    [
        ("GET", "/track", {}),
        ("HEAD", "/health", {}),
        ("GET", "/dashboard/", {}),
        ("GET", "/", {"HTTP_ACCEPT": "text/html"}),
        ("POST", "/track", {"HTTP_ORIGIN": "https://shop.example"}),
    ],
)
def test_pages_and_browsers_go_to_django(call, method, path, environ):
    answer = call(AWAY, lambda: django_stand_in)(method, path, **environ)
    assert answer["body"] == path.encode()


def test_on_sqlite_records_go_to_django(call):
    assert call("sqlite://", lambda: django_stand_in)("POST", "/track")["status"] == 200


@pytest.mark.parametrize("path", ["/metrics", "/analytics/clinic", "/refresh-metrics"])
def test_where_django_is_loaded_it_answers_what_is_read(call, path):
    shell = call(AWAY)
    shell.application.django = django_stand_in
    assert shell("POST" if "refresh" in path else "GET", path)["body"] == path.encode()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/metrics", 503), ("/analytics/clinic", 503), ("/health/detailed", 503), ("/", 200)],
)
def test_before_django_is_loaded_the_shell_answers_what_is_read(call, path, status):
    assert call(AWAY)("GET", path)["status"] == status


def test_a_doubled_slash_of_a_base_url_is_forgiven(call):
    assert call(AWAY)("GET", "//health")["status"] == 200


def test_health_is_answered_without_django(call, client):
    answer = json.loads(call(AWAY)("GET", "/health")["body"])
    view = client.get("/health").json()
    assert answer.pop("timestamp") <= view.pop("timestamp")
    assert answer == view


def test_bad_input_is_answered_without_a_database(call):
    answer = call(AWAY)("POST", "/track", b"{}")
    assert (answer["status"], json.loads(answer["body"])) == (
        400,
        {"error": "No metrics data provided"},
    )


@pytest.mark.parametrize("length", ["x", "-1", "9" * 30])
def test_a_wrong_length_is_a_4xx(call, length):
    answer = call(AWAY)("POST", "/track", b"{}", CONTENT_LENGTH=length)
    assert 400 <= answer["status"] < 500


def test_a_body_that_was_cut_is_refused_though_it_is_complete_json(call):
    body = json.dumps(payload()).encode()
    answer = call(AWAY)("POST", "/track", body, CONTENT_LENGTH=str(len(body) + 1))
    assert (answer["status"], b"shorter" in answer["body"]) == (400, True)


def test_a_chunked_body_needs_a_length(call):
    environ = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert call(AWAY)("POST", "/track", b"{}", **environ)["status"] == 411


def test_without_a_database_nothing_is_acknowledged(call):
    answer = call(AWAY)("POST", "/track", json.dumps(payload()).encode())
    assert (answer["status"], answer["headers"]["Retry-After"]) == (503, "5")


def test_the_key_is_asked_for(call, monkeypatch):
    monkeypatch.setenv("MLOPS_API_KEY", "a-secret-of-the-team")
    assert call(AWAY)("POST", "/track", b"{}")["status"] == 401
    answer = call(AWAY)("POST", "/track", b"{}", HTTP_X_API_KEY="a-secret-of-the-team")
    assert answer["status"] == 400


def test_an_unsafe_start_is_left_to_django_to_refuse(call, monkeypatch):
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert call(AWAY, lambda: django_stand_in)("GET", "/health")["body"] == b"/health"


def test_production_without_a_key_is_closed(call, monkeypatch):
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SECRET_KEY", "k" * 50)
    assert call(AWAY)("POST", "/track", b"{}")["status"] == 503


def test_an_error_nobody_expected_is_an_error_object(call, monkeypatch, caplog):
    monkeypatch.setattr(database.Direct, "save", lambda *arguments: 1 / 0)
    answer = call(AWAY)("POST", "/track", json.dumps(payload()).encode())
    assert (answer["status"], answer["body"]) == (500, b'{"error":"Internal server error"}')
    assert "ZeroDivisionError" in caplog.text


def test_ingest_loads_no_django():
    code = (
        "import sys, tracking.api.shell; print([m for m in sys.modules if m.startswith('django')])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert output.stdout.strip() == "[]", output.stderr


@pytest.fixture
def own_url(transactional_db):
    """The test database as the shell's own connection reaches it."""
    if not POSTGRESQL:
        pytest.skip("The shell stores on PostgreSQL alone.")
    parameters = connection.get_connection_params()
    return f"postgresql://postgres@/{parameters['dbname']}?host={parameters['host']}"


def test_a_record_is_stored_before_django_is_loaded(call, own_url):
    answer = call(own_url)("POST", "/track", json.dumps(payload(request_id="r1")).encode())
    assert json.loads(answer["body"])["duplicate"] is False
    assert AIRequest.objects.get().request_id == "r1"


def test_the_shell_and_the_view_answer_alike(call, own_url, client):
    body = {"records": [payload(request_id="a"), {}]}
    shell = call(own_url)("POST", "/track/batch", json.dumps(body).encode())
    view = client.post("/track/batch", body, content_type="application/json")
    ours, theirs = json.loads(shell["body"]), view.json()
    assert shell["status"] == view.status_code == 207
    assert ours.keys() == theirs.keys()
    assert (ours["results"][0]["duplicate"], theirs["results"][0]["duplicate"]) == (False, True)


def test_a_connection_that_was_cut_is_replaced(call, own_url):
    shell = call(own_url)
    shell("POST", "/track", json.dumps(payload()).encode())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    assert shell("POST", "/track", json.dumps(payload()).encode())["status"] == 200
    assert AIRequest.objects.count() == 2


def test_label_sets_of_a_wiped_database_are_made_again(call, own_url):
    shell = call(own_url)
    shell("POST", "/track", json.dumps(payload()).encode())
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tracking_labelset CASCADE")
    assert shell("POST", "/track", json.dumps(payload()).encode())["status"] == 200


def test_a_database_without_tables_says_so(call, own_url):
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION tracking_append RENAME TO tracking_away")
    try:
        answer = call(own_url)("POST", "/track", json.dumps(payload()).encode())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER FUNCTION tracking_away RENAME TO tracking_append")
    assert (answer["status"], json.loads(answer["body"])["error"]) == (503, "Database not migrated")


@pytest.mark.parametrize("path", ["/metrics", "/analytics/klinik%20ä", "/health/detailed"])
def test_the_shell_and_django_read_alike(call, own_url, client, path):
    call(own_url)("POST", "/track", json.dumps(payload(business_id="klinik ä")).encode())
    shell = call(own_url)("GET", unquote(path).encode().decode("latin-1"))
    django = client.get(path)
    assert shell["status"] == django.status_code == 200
    assert shell["headers"]["Content-Type"] == django["Content-Type"]
    assert without_times(shell["body"]) == without_times(django.content)


def without_times(body: bytes) -> bytes:
    """Of `/metrics` the series; of JSON the figures."""
    if body.startswith(b"#"):
        return b"\n".join(line for line in body.splitlines() if b"scrape_duration" not in line)
    figures = json.loads(body)
    return json.dumps(figures.get("metrics") or figures["requests"]).encode()
