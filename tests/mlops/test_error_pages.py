"""Errors that no view answers: JSON for a program, a page for a browser."""

import pytest

PROGRAM = pytest.mark.parametrize(
    "headers", [{}, {"Accept": "application/json"}, {"Accept": "*/*"}]
)
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*"}


@pytest.fixture
def ask(admin_client, settings, monkeypatch):
    """Causes each error, which its client doesn't raise."""
    admin_client.raise_request_exception = False
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr("dashboard.overview.views.overview_of", lambda *arguments: 1 / 0)

    def get(status, headers):
        host = {"Host": "elsewhere.example"} if status == 400 else {}
        path = "/nowhere" if status == 404 else "/dashboard/"
        answer = admin_client.get(path, headers=headers | host)
        assert answer.status_code == status
        return answer

    return get


@PROGRAM
@pytest.mark.parametrize(
    ("status", "error"), [(400, "Bad request"), (404, "Not found"), (500, "Internal server error")]
)
def test_a_program_gets_an_error_object(ask, headers, status, error):
    assert ask(status, headers).json()["error"] == error


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_browser_gets_a_page(ask, status):
    assert ask(status, BROWSER)["Content-Type"].startswith("text/html")
