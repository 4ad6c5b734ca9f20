"""A new user: an empty home, a bare PATH, a fresh clone, and the documents' own lines."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.aws import empty_account
from tests.blackbox.service import free_port, wait_until_healthy
from tests.database import new_database
from tests.deploy.conftest import WHOLE
from tests.lambda_runtime.package import lambdas_python

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
FENCE = re.compile(r"(?ms)^```sh\n(.*?)^```$")
LAMBDA_PYTHON = "python3.13"
# Of the guides: what needs root on a machine of Amazon's, a Docker engine, or a function on AWS,
# and what is for the application that sends.
NOT_HERE = re.compile(
    r"sudo |docker |PLUGINS=|DOCKER=|VARIABLES=|\.venv/bin/zappa |MLOPS_SERVICE_URL=|export OTEL_"
)
# Run in its own order by tests/tracking/queue/test_guide.py.
QUEUE = ROOT / "docs/queue.md"

pytestmark = pytest.mark.slow


class Stranger:
    """Runs lines in the project's folder, as typed into one shell after another."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.home = folder / "home"
        self.home.mkdir()
        subprocess.run(["git", "clone", "--quiet", ROOT, self.project], check=True)

    def environment(self, **variables: str) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": "/usr/bin:/bin", **variables}

    def run(self, line: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment = self.environment(**variables)
        command = ["sh", "-c", line]
        return subprocess.run(
            command, cwd=self.project, env=environment, text=True, capture_output=True
        )

    def does(self, line: str, **variables: str) -> str:
        """What the line prints; it must succeed."""
        done = self.run(line, **variables)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    @contextmanager
    def serving(self, line: str, **variables: str) -> Iterator[list[str]]:
        """While it runs; the lines that it prints until it serves."""
        with subprocess.Popen(
            ["sh", "-c", line],
            cwd=self.project,
            env=self.environment(**variables),
            text=True,
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            assert process.stdout
            try:
                printed = []
                for text in process.stdout:
                    printed.append(text)
                    if text.startswith("Serving on"):
                        break
                assert printed and printed[-1].startswith("Serving on"), printed
                yield printed
            finally:
                os.killpg(process.pid, signal.SIGTERM)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory) -> Stranger:
    return Stranger(tmp_path_factory.mktemp("stranger"))


def fenced(text: str) -> list[str]:
    """The lines of shell blocks, those that a backslash continues joined."""
    blocks = "\n".join(FENCE.findall(text)).replace("\\\n", " ")
    return [line.strip() for line in blocks.splitlines() if line.strip()]


def test_the_readmes_first_command_and_its_calls(stranger):
    port = str(free_port())
    first, *calls = [line for line in fenced(README) if line != "make test"]
    assert first == "make run"
    with stranger.serving(first, SERVICE_PORT=port, SERVICE_HOST="127.0.0.1") as printed:
        wait_until_healthy(f"http://127.0.0.1:{port}")
        assert any(line.startswith("Administrator: admin") for line in printed)
        answers = [stranger.does(call.replace(":5001", f":{port}")) for call in calls]
    assert '"status":"success"' in answers[0].replace(" ", "")
    assert "} 1.0" in answers[1]
    assert '"clinic"' in answers[2]


def test_the_readmes_second_command_finds_every_test(stranger):
    """The tests themselves run already; a test of a test run would run itself."""
    output = stranger.does("make test", PYTEST_ADDOPTS="--collect-only --quiet")
    assert len(re.findall(r"(?m)^[\d/]+ tests collected", output)) == 2


def test_make_demo(stranger):
    port = str(free_port())
    with stranger.serving("make demo", SERVICE_PORT=port, SERVICE_HOST="127.0.0.1"):
        wait_until_healthy(f"http://127.0.0.1:{port}")
        metrics = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    assert "ai_requests_total{" in metrics


def test_without_lambdas_python_packing_says_how_to_get_it(stranger):
    if shutil.which(LAMBDA_PYTHON, path="/usr/bin:/bin:/usr/local/bin"):
        pytest.skip(f"{LAMBDA_PYTHON} is on the bare PATH")
    done = stranger.run("make package")
    assert done.returncode != 0
    assert f"apt install {LAMBDA_PYTHON}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def with_python(stranger: Stranger) -> Stranger:
    """It has been installed where `uv python install` puts it."""
    place = stranger.home / ".local/bin"
    place.mkdir(parents=True)
    (place / LAMBDA_PYTHON).symlink_to(lambdas_python())
    return stranger


def test_make_package(with_python):
    with_python.does("make package")
    assert (with_python.project / "build/package.zip").stat().st_size <= 15_000_000


def test_make_lambda(with_python):
    port = str(free_port())
    with with_python.serving("make lambda", OPTIONS=f"--port {port}") as printed:
        url, key = re.findall(r"Serving on (\S+) .*X-API-Key: (\S+)", printed[-1])[0]
        lines = [line for line in guide("deploy-lambda") if line.startswith("curl ")]
        for line in lines:
            with_python.does(line, MLOPS_SERVICE_URL=url, MLOPS_API_KEY=key)
    assert len(lines) == 2


def guide(name: str) -> list[str]:
    return fenced((ROOT / f"docs/{name}.md").read_text())


def test_make_compare(with_python):
    options = "--samples 12 --rate 10 --cold-rate 2 --exit"
    output = with_python.does("make compare", OPTIONS=options)
    assert "## GET /health, warm" in output


LOADED = "set -a; . ./.env; set +a"
DEPLOYING = ["make .env", LOADED, "make deploy STAGE=production", "make update STAGE=production"]
LEAVING = ["make undeploy STAGE=production"]
MANAGING = [
    ".venv/bin/python manage.py doctor",
    'DATABASE_URL="$DATABASE_URL_DIRECT" .venv/bin/python manage.py migrate',
    ".venv/bin/python manage.py collectstatic --noinput",
]


@pytest.fixture(scope="module")
def account(with_python) -> Iterator[dict[str, str]]:
    """A stage as the guide offers it, and a database in .env."""
    settings = with_python.project / "zappa_settings.json"
    stages = json.loads(settings.read_text())
    stages["production"] |= {name: WHOLE[name] for name in ("apigateway_version", "touch")}
    settings.write_text(json.dumps(stages))
    with empty_account() as aws, new_database() as url:
        with_python.does("make .env")
        file = with_python.project / ".env"
        text = re.sub(r"'postgresql://[^']*'", f"'{url}'", file.read_text())
        file.write_text(text)
        yield aws


def test_each_line_of_the_guides_as_it_stands(with_python, account):
    for line in DEPLOYING:
        with_python.does(f"{LOADED}; {line}", **account)
    for line in MANAGING:
        with_python.does(f"{LOADED}; {line}", **account)
    for line in LEAVING:
        with_python.does(f"{LOADED}; {line}", **account)
    guides = [path for path in (ROOT / "docs").glob("*.md") if path != QUEUE]
    every = {line for path in guides for line in fenced(path.read_text())}
    run = {*DEPLOYING, *MANAGING, *LEAVING, "make lambda", "make compare", "make run"}
    left = {line for line in every - run if not line.startswith("curl ")}
    assert {line for line in left if not NOT_HERE.match(line)} == set()
