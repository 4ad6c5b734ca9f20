"""Environment variables: what they set, and what is refused with the variable's name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TROUBLESHOOTING = (ROOT / "docs/troubleshooting.md").read_text()
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": "k" * 50, "MLOPS_API_KEY": "a" * 32}
POSTGRESQL = {"DATABASE_URL": "postgresql://u@db.example/neon"}


def manage(*arguments, **variables):
    environment = {"PATH": os.environ["PATH"], **variables}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_a_clone_needs_no_configuration():
    assert manage("check").returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ENVIRONMENT", "prod", "must be one of development, production"),
        ("DEBUG", "maybe", "must be true or false"),
        ("MAX_LABEL_SETS", "many", "must be a whole number from 10 to 100000"),
        ("SERVICE_PORT", "70000", "must be a whole number from 1 to 65535"),
        ("DATABASE_URL", "mysterious://db", "must look like"),
        ("DATABASE_URL", '"postgresql://u:p@h/db"', "without quotes"),
        ("DATABASE_URL", "postgresql//u:p@h/db", "must look like"),
    ],
)
def test_a_bad_value_is_refused_with_its_name(name, value, reason):
    for command in ("check", "doctor"):
        result = manage(command, **{name: value})
        assert (result.returncode, result.stderr.count("\n")) == (1, 1), result.stderr
        assert result.stderr.startswith(f"Refused to start: Environment variable {name} ")
        assert reason in result.stderr


def test_a_refusal_quotes_no_piece_of_the_password():
    result = manage("check", DATABASE_URL="postgresql://u:hidden/secret@h/db")
    assert result.returncode == 1
    assert "hidden" not in result.stderr


@pytest.mark.parametrize("line", re.findall(r"(?m)^Refused to start: (.*)$", TROUBLESHOOTING))
def test_the_guide_quotes_refusals_as_they_are(line):
    variables = [
        {"ENVIRONMENT": "production"},
        {"ENVIRONMENT": "prod"},
        {"DATABASE_URL": "'postgresql://u:p@h/db'"},
        {"AWS_LAMBDA_FUNCTION_NAME": "tracking"},
    ]
    assert f"Refused to start: {line}\n" in [manage("check", **each).stderr for each in variables]


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"ENVIRONMENT": "production"}, "SECRET_KEY must be set in production"),
        ({**PRODUCTION, "DEBUG": "true"}, "DEBUG must be off in production"),
        ({"AWS_LAMBDA_FUNCTION_NAME": "tracking"}, "SQLite is lost on Lambda"),
    ],
)
def test_a_dangerous_start_is_refused(variables, reason):
    result = manage("check", **variables)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert reason in result.stderr


@pytest.mark.parametrize(
    ("variables", "check_id"),
    [
        ({**PRODUCTION, "MLOPS_API_KEY": ""}, "tracking.E001"),
        ({**PRODUCTION, "MLOPS_API_KEY": "short"}, "tracking.W002"),
        (PRODUCTION, "tracking.W003"),
        ({**PRODUCTION, "CORS_ALLOWED_ORIGINS": "*"}, "tracking.W004"),
        (PRODUCTION, "tracking.W005"),
    ],
)
def test_what_is_set_wrong_is_found_by_a_check(variables, check_id):
    assert check_id in manage("check", **variables).stderr


def test_a_good_production_has_nothing_to_say():
    result = manage("check", **PRODUCTION, **POSTGRESQL, ALLOWED_HOSTS="tracking.example")
    assert (result.returncode, "no issues" in result.stdout) == (0, True)


def test_a_good_production_passes_the_checks_of_a_deployment():
    good = {**PRODUCTION, **POSTGRESQL, "SECRET_KEY": "0aBcDe" * 10, "ALLOWED_HOSTS": "t.example"}
    result = manage("check", "--deploy", "--fail-level", "WARNING", **good)
    assert (result.returncode, "3 silenced" in result.stdout) == (0, True), result.stderr


def test_what_a_deployment_check_is_silent_of_can_be_switched_on():
    names = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    code = f"from django.conf import settings; print([getattr(settings, n) for n in {names}])"
    switches = dict.fromkeys(("SSL_REDIRECT", "HSTS_INCLUDE_SUBDOMAINS", "HSTS_PRELOAD"), "true")
    shell = manage("shell", "--no-imports", "-c", code, **PRODUCTION, **POSTGRESQL, **switches)
    assert shell.stdout.strip() == "[True, True, True]"


@pytest.mark.parametrize(("path", "status"), [("/dashboard/", 301), ("/metrics", 200)])
def test_only_pages_are_redirected_to_https(client, settings, db, path, status):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == status


def test_server_metrics_are_off_on_lambda():
    code = "from django.conf import settings; print('django_prometheus' in settings.INSTALLED_APPS)"
    server = {**POSTGRESQL, "PROMETHEUS_MULTIPROC_DIR": "/tmp"}
    assert "True" in manage("shell", "-v0", "-c", code, **server).stdout
    on_lambda = manage("shell", "-v0", "-c", code, **server, AWS_LAMBDA_FUNCTION_NAME="tracking")
    assert "False" in on_lambda.stdout


def test_cookies_travel_encrypted_in_production():
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    code = f"from django.conf import settings; print([getattr(settings, n) for n in {names}])"
    assert manage("shell", "--no-imports", "-c", code).stdout.strip() == "[False, False, 0]"
    production = manage("shell", "--no-imports", "-c", code, **PRODUCTION, **POSTGRESQL)
    assert production.stdout.strip() == "[True, True, 31536000]"


def test_a_pooler_is_asked_for_no_server_side_cursor():
    name = "DISABLE_SERVER_SIDE_CURSORS"
    code = f"from django.conf import settings; print(settings.DATABASES['default']['{name}'])"
    result = manage("shell", "--no-imports", "-c", code, **POSTGRESQL)
    assert result.stdout.strip() == "True"
