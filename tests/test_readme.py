"""The README promises: each environment variable is listed, each endpoint answers."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
READERS = r'environment\.(?:text|flag|number|items|choice)\(\s*"([A-Z_]+)"'
# Set by AWS, by Zappa or by a shell, not by whoever runs this.
NOT_OURS = {"AWS_LAMBDA_FUNCTION_NAME", "STAGE"}


def variables_read() -> set[str]:
    modules = [
        path
        for package in ("mlops", "tracking", "dashboard", "deployments")
        for path in (ROOT / package).rglob("*.py")
    ]
    found = {name for path in modules for name in re.findall(READERS, path.read_text())}
    inside = re.findall(
        r'(?:choice|number|flag|text)\("([A-Z_]+)"', (ROOT / "tracking/environment.py").read_text()
    )
    shell = re.findall(r"\$\{([A-Z_]+):-", (ROOT / "deploy/serve").read_text())
    return (found | set(inside) | set(shell)) - NOT_OURS


def variables_listed() -> set[str]:
    table = README.partition("## Environment variables")[2].partition("\n## ")[0]
    return set(re.findall(r"`([A-Z_]{4,})`", re.sub(r"(?m)^(\|[^|]*\|).*", r"\1", table)))


def test_every_environment_variable_is_listed():
    assert variables_read() - variables_listed() == set()


def test_every_listed_variable_is_read():
    extra = variables_listed() - variables_read()
    assert extra <= {"PROMETHEUS_MULTIPROC_DIR"}


@pytest.mark.parametrize("path", re.findall(r"\| `(?:GET|POST) (/[^`?]*)", README))
def test_every_endpoint_exists(path):
    try:
        resolve(path)
    except Resolver404:
        pytest.fail(f"{path} is in the README, but not in the URLs.")


def test_the_example_environment_names_known_variables():
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"(?m)^(?:# )?([A-Z_]+)=", example))
    assert named - {"POSTGRES_PASSWORD"} <= variables_listed()


@pytest.mark.parametrize("name", re.findall(r"(?m)^\| `([a-z_]+)(?: [^`]*)?` \|", README))
def test_every_command_exists(name):
    assert name in get_commands()
