"""What a package is built for, and which Python of this machine builds it."""

import json
import sys
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from deploy import target
from deploy.target import Target
from tests.deploy.conftest import Account
from tests.machine import bare_environment
from tracking.doctor import runtimes

TODAY = date(2026, 11, 24)
HERE = f"python3.{sys.version_info.minor}"
OTHER = "python3.12" if HERE == "python3.13" else "python3.13"


@pytest.fixture
def empty_machine(monkeypatch, tmp_path: Path) -> Path:
    """Without any Python; its home is returned."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    monkeypatch.setattr(target, "PLACES", [place for place in target.PLACES if "{" in place])
    for name in ("LAMBDA_PYTHON", "PYENV_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_dates_are_those_that_cfn_lint_knows():
    path = files("cfnlint") / "data/AdditionalSpecs/LmbdRuntimeLifecycle.json"
    known = {name: runtime["deprecated"] for name, runtime in json.loads(path.read_text()).items()}
    ours = {name: until.isoformat() for name, until in runtimes.SUPPORTED_UNTIL.items()}
    assert ours == {name: known[name] for name in ours}


@pytest.mark.parametrize(
    ("runtime", "today"), [("python3.10", TODAY), ("python3.13", date(2029, 7, 1))]
)
def test_what_aws_no_longer_supports_is_refused_with_the_reason(runtime, today):
    with pytest.raises(SystemExit, match=f"AWS Lambda does not support {runtime}"):
        Target(runtime, "x86_64").check(today)


def test_the_stages_of_this_project_have_half_a_year():
    for stage in json.loads(Path("zappa_settings.json").read_text()).values():
        if "runtime" in stage:
            assert not runtimes.unsupported(stage["runtime"], date.today() + timedelta(180))


def test_a_missing_python_is_asked_for_in_one_line(empty_machine):
    with pytest.raises(SystemExit, match=r"no Python 3\.13 .*apt install python3\.13") as refused:
        Target("python3.13", "x86_64").python()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "folder", [".local/bin", ".pyenv/versions/{}.4/bin", ".local/share/uv/python/cpython-{}.9/bin"]
)
def test_a_python_is_found_where_installers_put_it(empty_machine, folder):
    here = Target(HERE, "x86_64")
    python = empty_machine / folder.format(here.version) / HERE
    python.parent.mkdir(parents=True)
    python.symlink_to(Path(sys.base_exec_prefix, "bin", HERE))
    assert here.python() == str(Path(sys.base_exec_prefix, "bin", HERE))


def test_a_python_can_be_named(empty_machine, monkeypatch):
    named = Path(sys.base_exec_prefix, "bin", HERE)
    monkeypatch.setenv("LAMBDA_PYTHON", str(named))
    assert Target(HERE, "x86_64").python() == str(named)
    with pytest.raises(SystemExit, match=r"LAMBDA_PYTHON=.* is no Python"):
        Target(OTHER, "x86_64").python()


def test_a_runtime_is_refused_before_the_database_is_touched(account, tmp_path):
    url = account.variables["DATABASE_URL"]
    old = Account({**bare_environment(), **account.variables}, url, tmp_path, runtime="python3.10")
    with pytest.raises(RuntimeError, match=r"does not support python3\.10") as refused:
        old.release("deploy")
    assert "migrate" not in str(refused.value)
    assert account.client("iam").list_roles()["Roles"] == []
