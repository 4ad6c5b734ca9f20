"""An application that can't start still answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json
from wsgiref.util import setup_testing_defaults
from django.core.wsgi import get_wsgi_application
from mlops.instrumentation import Instrumented
from tracking.api.shell import ApiFirst

environ = {"PATH_INFO": "/health"}
setup_testing_defaults(environ)
found = []
def start_response(status, headers, exc_info=None):
    found.extend([status[:3], dict(headers)["Content-Type"]])
body = b"".join(Instrumented(ApiFirst(get_wsgi_application), logged=False)(environ, start_response))
print(json.dumps([*found, json.loads(body)["error"]]))
"""


def test_a_refused_start_is_an_error_object_and_its_reason_a_log_line():
    variables = {"DJANGO_SETTINGS_MODULE": "mlops.settings", "ENVIRONMENT": "production"}
    environment = {"PATH": os.environ["PATH"], **variables}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert json.loads(done.stdout) == ["500", "application/json", "The service could not start"]
    assert "SECRET_KEY must be set in production" in done.stderr
