"""The service runs on each Python from 3.11 to 3.14 that is on this machine."""

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from deploy.target import Target
from tests.blackbox.service import running_service
from tests.build import payload

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = [f"python3.{minor}" for minor in range(11, 15)]

pytestmark = pytest.mark.slow


def interpreter(version: str) -> str:
    try:
        return Target(version, "x86_64").python()
    except SystemExit:
        pytest.skip(f"{version} is not on this machine")


@pytest.fixture(scope="module", params=VERSIONS)
def environment(request, tmp_path_factory) -> Path:
    """With what the README's first command installs."""
    folder: Path = tmp_path_factory.mktemp(request.param) / "environment"
    subprocess.run([interpreter(request.param), "-m", "venv", folder], check=True)
    pip = [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    requirements = ["--requirement", ROOT / "requirements.txt"]
    subprocess.run([str(word) for word in (*pip, *requirements)], check=True, capture_output=True)
    return folder


def test_it_is_checked(environment):
    command = [environment / "bin/python", "-W", "error::SyntaxWarning", "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True)
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


def test_a_posted_record_is_counted(environment, tmp_path):
    variables = {"PATH": f"{environment / 'bin'}:/usr/bin:/bin", "WEB_CONCURRENCY": "1"}
    with running_service(f"sqlite:///{tmp_path}/db.sqlite3", **variables) as base_url:
        answer = requests.post(f"{base_url}/track", json=payload(), timeout=10)
        assert answer.json()["database_stored"] is True
        assert "ai_requests_total{" in requests.get(f"{base_url}/metrics", timeout=10).text
        assert requests.get(f"{base_url}/admin/login/", timeout=10).status_code == 200


def test_there_is_one_at_least():
    assert interpreter(f"python3.{sys.version_info.minor}")
