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
        for package in ("mlops", "tracking", "dashboard", "deployments", "alerts")
        for path in (ROOT / package).rglob("*.py")
    ]
    found = {name for path in modules for name in re.findall(READERS, path.read_text())}
    inside = re.findall(
        r'(?:choice|number|flag|text)\("([A-Z_]+)"', (ROOT / "tracking/environment.py").read_text()
    )
    shell = re.findall(r"\$\{([A-Z_]+):-", (ROOT / "deploy/serve").read_text())
    return (found | set(inside) | set(shell)) - NOT_OURS


def first_cells(heading: str) -> list[str]:
    """Of each row below the head of the only table in the section."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    _, _, *cells = re.findall(r"(?m)^\s*\|\s*(.*?)\s*\|", section)
    return cells


def variables_listed() -> set[str]:
    cells = first_cells("Environment variables")
    return {name for cell in cells for name in re.findall(r"`([A-Z_]+)`", cell)}


def test_every_environment_variable_is_listed():
    assert variables_read() - variables_listed() == set()


def test_every_listed_variable_is_read():
    extra = variables_listed() - variables_read()
    assert extra <= {"PROMETHEUS_MULTIPROC_DIR"}


@pytest.mark.parametrize("cell", first_cells("What it answers"))
def test_every_endpoint_exists(cell):
    endpoint = re.fullmatch(r"`(?:GET|POST) (/[^`?]*)[^`]*`", cell)
    assert endpoint, f"{cell} is no endpoint"
    try:
        resolve(endpoint[1])
    except Resolver404:
        pytest.fail(f"{cell} is in the README, but not in the URLs.")


def test_the_example_environment_names_known_variables():
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"(?m)^(?:# )?([A-Z_]+)=", example))
    assert named - {"POSTGRES_PASSWORD"} <= variables_listed()


@pytest.mark.parametrize("cell", first_cells("Commands"))
def test_every_command_exists(cell):
    assert cell.strip("`").split()[0] in get_commands()
