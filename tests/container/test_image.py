"""What the image runs, run without a Docker engine; its files as far as parsing goes."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import yaml

from tests import database
from tests.blackbox.service import free_port, running_service
from tests.test_architecture import imported, sources
from tests.tools import program

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = (ROOT / "requirements.txt").read_text()
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
PROMETHEUS = yaml.safe_load((ROOT / "monitoring/prometheus.yml").read_text())


def healthcheck(port: int) -> int:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "SERVICE_PORT": str(port)}
    done = subprocess.run([ROOT / "deploy/healthcheck"], env=environment, capture_output=True)
    return done.returncode


@pytest.mark.skipif(not database.POSTGRESQL, reason="the image needs PostgreSQL")
def test_the_service_of_the_image_is_healthy_in_production():
    variables = {"ENVIRONMENT": "production", "SECRET_KEY": "s" * 50, "MLOPS_API_KEY": "k" * 32}
    variables["WEB_CONCURRENCY"] = "1"
    with database.new_database() as url, running_service(url, **variables) as base_url:
        assert healthcheck(int(base_url.rpartition(":")[2])) == 0


def test_the_health_check_fails_where_nothing_answers():
    assert healthcheck(free_port()) != 0


def copied() -> list[str]:
    lines = re.findall(r"(?m)^COPY (?!--from)(.*)$", DOCKERFILE)
    return [source for line in lines for source in line.split()[:-1]]


@pytest.mark.parametrize("source", copied())
def test_what_is_copied_exists_and_is_not_ignored(source):
    assert (ROOT / source).exists()
    assert f"!{source}" in (ROOT / ".dockerignore").read_text().split()


def normal(requirement: str) -> str:
    """The name in it, as package indexes compare names."""
    return re.split(r"[^\w.-]", requirement)[0].replace("_", "-").lower()


def test_what_the_apps_import_is_in_the_image():
    """boto3 came with Zappa, which the image leaves out."""
    apps = [source for source in copied() if (ROOT / source).is_dir()]
    every = [name for app in apps for path in sources(app) for name in imported(path)]
    distributions = packages_distributions()
    used = {each for name in every for each in distributions.get(name.partition(".")[0], ())}
    pinned = {normal(line) for line in REQUIREMENTS.splitlines()} - {"zappa"}
    brought = {normal(each) for name in pinned for each in requires(name) or ()}
    assert {normal(name) for name in used} - pinned - brought - {"zappa"} == set()


def test_the_image_lets_no_root_serve():
    assert DOCKERFILE.index("\nUSER service") < DOCKERFILE.index("\nCMD")


def test_every_app_is_in_the_image():
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert apps - {"tests", "deploy", "benchmarks"} <= set(copied())


def test_every_secret_of_the_compose_file_comes_from_outside():
    written = COMPOSE["services"]["service"]["environment"]
    assert all("${" in value for value in written.values())


def test_prometheus_scrapes_the_service_of_the_compose_file():
    [job] = PROMETHEUS["scrape_configs"]
    host, _, port = job["static_configs"][0]["targets"][0].partition(":")
    assert COMPOSE["services"][host]["expose"] == [port]
    [secret] = COMPOSE["services"]["prometheus"]["secrets"]
    assert job["authorization"]["credentials_file"] == f"/run/secrets/{secret}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("test", "rules", "monitoring/alerts.test.yml"),
        ("check", "config", "--syntax-only", "monitoring/prometheus.yml"),
    ],
)
def test_promtool_agrees(arguments):
    promtool = program("promtool", package="prometheus")
    done = subprocess.run([promtool, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
