"""The guides: each command in them exists, and so does each setting, file and variable."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands
from zappa import cli
from zappa.cli import ZappaCLI

from tests.test_readme import variables_listed

ROOT = Path(__file__).resolve().parent.parent
GUIDES = sorted((ROOT / "docs").glob("*.md"))
FENCE = re.compile(r"(?ms)^```sh\n(.*?)^```$")
TARGETS = set(re.findall(r"(?m)^([a-z][a-z -]*):", (ROOT / "Makefile").read_text()))
# Of others: the client's, Zappa's, the compose file's, the shell's.
OTHERS = {
    "MLOPS_SERVICE_URL",
    "POSTGRES_PASSWORD",
    "DEAD_URL",
    "DEAD_ARN",
    "IMAGE_URI",
    "LAMBDA_PYTHON",
    "STAGE",
    "OPTIONS",
    "LATEST",
    "PLUGINS",
    "DOCKER",
    "VARIABLES",
    "USER",
    "DOMAIN",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
    "OTEL_RESOURCE_ATTRIBUTES",
}
VARIABLE = re.compile(r"\b((?:[A-Z]+_)+[A-Z]+|STAGE|OPTIONS|DEBUG)(?==)|\$\{?([A-Z_]+)")
FILE = re.compile(
    r"(?<![\w/])(?:"
    r"(?:deploy|monitoring|docs)/[\w./-]+\w|(?:tracking|deployments|dashboard|mlops|tests)/[\w/]+\.py"
    r")"
)


TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text()


def lines(guide: Path) -> list[str]:
    blocks = FENCE.findall(guide.read_text())
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def commands(word: str) -> list[str]:
    """What follows the word, or a path to it, in the fenced lines of all guides."""
    before = re.compile(rf"(?:^|.*[\s/]){re.escape(word)} ")
    every = [line for guide in GUIDES for line in lines(guide)]
    return [before.sub("", line) for line in every if before.match(line)]


def test_the_guides_are_there():
    names = {guide.stem for guide in GUIDES}
    assert {"deploy-lambda", "deploy-ec2", "troubleshooting"} <= names


@pytest.mark.parametrize("line", commands("make"))
def test_each_make_target_exists(line):
    assert line.split()[0] in {".env"} | {name for target in TARGETS for name in target.split()}


@pytest.mark.parametrize("word", ["python", "zappa"])
def test_each_command_is_there_without_an_activated_environment(word):
    every = [line for guide in GUIDES for line in lines(guide)]
    bare = [line for line in every if word in line.split() and "exec service" not in line]
    assert bare == []


@pytest.mark.parametrize("line", commands("manage.py"))
def test_each_management_command_exists(line):
    assert line.split()[0] in get_commands()


@pytest.mark.parametrize("line", commands("zappa"))
def test_each_zappa_command_parses(line, monkeypatch):
    for step in ("check_for_update", "dispatch_command"):
        monkeypatch.setattr(ZappaCLI, step, lambda *arguments: None)
    command_line = ZappaCLI()
    command_line.handle(shlex.split(line))
    assert command_line.stage_env == "production"
    assert set(command_line.vargs.get("command_rest") or ()) <= set(get_commands())


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_each_variable_is_known(guide):
    found = {name for pair in VARIABLE.findall(guide.read_text()) for name in pair if name}
    assert found - variables_listed() - OTHERS == set()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_each_file_exists(guide):
    missing = [name for name in FILE.findall(guide.read_text()) if not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_each_setting_of_zappa_exists(guide):
    """Written as `"name": value`; names in capitals are environment variables."""
    named = set(re.findall(r'`"([a-z0-9_]+)":', guide.read_text()))
    read = set(re.findall(r'stage_config\.get\(\s*"(\w+)"', Path(cli.__file__).read_text()))
    assert named <= read


@pytest.mark.parametrize(("path", "name"), TEST.findall(RELIABILITY))
def test_each_fault_names_a_test_that_exists(path, name):
    assert f"def {name}(" in (ROOT / path).read_text()


def test_each_row_of_a_fault_names_its_test():
    """Of tables whose last column is the test."""
    headed = RELIABILITY.split("| fault |")[1:]
    rows = [line for table in headed for line in table.split("\n\n")[0].splitlines()[2:]]
    assert len(rows) > 15
    assert [row for row in rows if not TEST.search(row.split("|")[-2])] == []
