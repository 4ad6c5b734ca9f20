"""The compose file's service and its Prometheus, with its names, ports, variables and files.

No Docker engine runs them: the image's own commands run in namespaces instead of containers.
"""

import json
import os
import re
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import database
from tests.container.environment_file import made
from tests.container.namespace import Namespace, namespace, needs
from tests.container.test_image import COMPOSE, DOCKERFILE, ROOT

pytestmark = pytest.mark.skipif(not database.POSTGRESQL, reason="the image needs PostgreSQL")

WAIT_SECONDS = 60
# What the guide tells to set.
ALLOWED_HOSTS = "tracking.example.com"


def interpolated(value: str, variables: dict[str, str]) -> str:
    """${NAME:-default} and ${NAME:?why}, as docker compose reads them."""

    def read(found: "re.Match[str]") -> str:
        name, operator, word = found.groups()
        given = variables.get(name, "")
        assert given or operator == "-", f"{name}: {word}"
        return given or word

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", read, value)


def service_variables(dot_env: dict[str, str]) -> dict[str, str]:
    """Those of the image, then those of the compose file."""
    image = dict(
        pair.split("=", 1) for pair in shlex.split(re.findall(r"(?m)^ENV (.*)$", DOCKERFILE)[0])
    )
    written = COMPOSE["services"]["service"]["environment"]
    composed = {name: interpolated(value, dot_env) for name, value in written.items()}
    return image | composed | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}


@pytest.fixture(scope="module")
def dot_env(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("project")
    return made(folder) | {"ALLOWED_HOSTS": ALLOWED_HOSTS}


@pytest.fixture(scope="module")
def composed(tmp_path_factory, dot_env) -> Iterator[Namespace]:
    folder = tmp_path_factory.mktemp("compose")
    with role_and_database("mlops"), namespace(folder, *COMPOSE["services"]) as inside:
        [socket_folder] = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"]
        relay = Path(__file__).with_name("relay.py")
        inside.start(sys.executable, relay, f"{socket_folder}/.s.PGSQL.5432")
        inside.start(ROOT / "deploy/serve", env=service_variables(dot_env))
        start_prometheus(inside, folder, dot_env["MLOPS_API_KEY"])
        yield inside


def start_prometheus(inside: Namespace, folder: Path, key: str) -> None:
    """The image's command; scrapes each second, since a test can't wait for a minute."""
    prometheus = COMPOSE["services"]["prometheus"]
    mounted = dict(volume.split(":")[:2] for volume in prometheus["volumes"])
    assert mounted["../monitoring"] == "/etc/prometheus"
    shutil.copytree(ROOT / "monitoring", folder / "monitoring")
    config = folder / "monitoring/prometheus.yml"
    config.write_text(config.read_text().replace("scrape_interval: 1m", "scrape_interval: 1s"))
    [secret] = prometheus["secrets"]
    inside.run("sh", "-c", f"printf %s '{key}' > /run/secrets/{secret}")
    done = inside.run("mount", "--bind", folder / "monitoring", "/etc/prometheus")
    assert done.returncode == 0, done.stderr
    inside.start(
        needs("prometheus"),
        "--config.file=/etc/prometheus/prometheus.yml",
        f"--storage.tsdb.path={folder / 'data'}",
        "--log.level=error",
    )


@contextmanager
def role_and_database(name: str) -> Iterator[None]:
    """As POSTGRES_USER and POSTGRES_DB make them."""
    database.administer(f"CREATE ROLE {name} LOGIN")
    database.administer(f"CREATE DATABASE {name} OWNER {name}")
    yield
    database.administer(f"DROP DATABASE {name} WITH (FORCE)")
    database.administer(f"DROP ROLE {name}")


def wait_for(look: Callable[[], str], wanted: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while wanted not in (seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)


def query(inside: Namespace, expression: str) -> str:
    return inside.run("promtool", "query", "instant", "http://localhost:9090", expression).stdout


def test_prometheus_scrapes_the_service(composed):
    wait_for(lambda: query(composed, "up"), '{instance="service:5001", job="mlops"} => 1 ')


def test_a_record_reaches_prometheus(composed, dot_env):
    wait_for(lambda: composed.run("curl", "-s", "localhost:5001/health").stdout, "healthy")
    record = json.dumps({"business_id": "clinic", "response_time_ms": 900, "tokens_used": 3})
    key = f"X-API-Key: {dot_env['MLOPS_API_KEY']}"
    post = ("curl", "-sf", "localhost:5001/track", "-H", key, "-d", record)
    assert composed.run(*post, "-H", "Content-Type: application/json").returncode == 0
    wait_for(lambda: query(composed, "sum(ai_requests_total)"), "=> 1 ")


def test_the_service_is_healthy_to_docker(composed, dot_env):
    wait_for(lambda: query(composed, "up"), "=> 1 ")
    done = composed.run(ROOT / "deploy/healthcheck", **service_variables(dot_env))
    assert done.returncode == 0, done.stderr


def test_pages_are_for_the_named_host_alone(composed):
    wait_for(lambda: query(composed, "up"), "=> 1 ")
    status = ("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "localhost:5001/admin/login/")
    assert composed.run(*status).stdout == "400"
    named = composed.run(*status, "-H", f"Host: {ALLOWED_HOSTS}")
    assert named.stdout == "200"
