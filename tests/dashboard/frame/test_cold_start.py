"""What a cold process loads: pages wait for the first request that needs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ANSWER = """
import io, json, os, sys, warnings
warnings.simplefilter("ignore")
os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
from tracking.api.shell import ApiFirst

def load_django():
    from django.core.wsgi import get_wsgi_application
    return get_wsgi_application()

method, path, body = sys.argv[1], sys.argv[2], sys.argv[3].encode()
environ = {
    "REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "x", "SERVER_PORT": "80",
    "HTTP_HOST": "localhost", "CONTENT_TYPE": "application/json", "wsgi.url_scheme": "http",
    "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
}
statuses = []
ApiFirst(load_django)(environ, lambda status, headers: statuses.append(status))
print(json.dumps([statuses[0], list(sys.modules)]))
"""


def modules_after(method, path, body="", database="postgresql://nobody@127.0.0.1:1/none"):
    """The status of the answer, and the modules that a fresh process then has."""
    environment = os.environ | {"DATABASE_URL": database, "ENVIRONMENT": "development"}
    found = subprocess.run(
        [sys.executable, "-c", ANSWER, method, path, body],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    status, modules = json.loads(found.stdout)
    return int(status[:3]), modules


def of(modules, *packages):
    return [name for name in modules if name.startswith(packages)]


@pytest.mark.parametrize(
    ("body", "status"),
    [("{}", 400), ('{"business_id": "clinic", "response_time_ms": 1, "tokens_used": 1}', 503)],
)
def test_track_loads_no_page(body, status):
    """The second record goes as far as the database, which isn't there."""
    found, modules = modules_after("POST", "/track", body)
    assert found == status
    assert not of(modules, "django", "dashboard", "axes")


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_health_and_metrics_load_no_page(path):
    _, modules = modules_after("GET", path, database="sqlite:///:memory:")
    assert set(of(modules, "dashboard")) <= {"dashboard", "dashboard.apps"}
    assert not of(modules, "django.contrib.auth.admin", "django.template.loaders")


@pytest.mark.parametrize("path", ["/metrics", "/analytics/clinic", "/health/detailed", "/"])
def test_on_postgresql_the_api_loads_no_django(path):
    found, modules = modules_after("GET", path)
    assert found in (200, 503)
    assert not of(modules, "django")
