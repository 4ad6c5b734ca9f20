"""`make .env` fills in what is secret; what a shell loads is what the file says."""

import re
import stat
import subprocess

import pytest

from tests.container.environment_file import ROOT, loaded, made
from tests.test_readme import variables_listed

SECRETS = ("SECRET_KEY", "MLOPS_API_KEY", "ADMIN_PASSWORD", "POSTGRES_PASSWORD")


@pytest.mark.parametrize("name", SECRETS)
def test_each_secret_is_fresh(tmp_path, name):
    other = tmp_path / "other"
    other.mkdir()
    assert re.fullmatch(r"[0-9a-f]{64}", made(tmp_path)[name])
    assert made(other)[name] != loaded(tmp_path)[name]


def test_a_file_that_is_there_stays(tmp_path):
    first = made(tmp_path)
    assert made(tmp_path) == first


def test_nobody_else_may_read_it(tmp_path):
    made(tmp_path)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_neons_url_is_loaded_whole(tmp_path):
    assert made(tmp_path)["DATABASE_URL"].endswith("?sslmode=require&channel_binding=require")


def test_each_variable_is_one_that_is_read(tmp_path):
    assert made(tmp_path).keys() - variables_listed() == {"POSTGRES_PASSWORD"}


def test_docker_run_is_given_each_of_them_by_its_name(tmp_path):
    names = made(tmp_path).keys()
    [line] = re.findall(r"(?m)^VARIABLES=.*$", (ROOT / "docs/deploy-ec2.md").read_text())
    shell = ["sh", "-c", f"{line}; echo $VARIABLES"]
    done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True)
    assert set(done.stdout.replace("-e ", "").split()) == set(names)


def test_what_the_compose_file_wants_is_in_it(tmp_path):
    compose = (ROOT / "deploy/compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", compose)) <= made(tmp_path).keys()
