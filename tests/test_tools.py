"""A missing program skips a test on a user's machine, and fails it in the gate."""

import sys
from pathlib import Path

import pytest
from _pytest.outcomes import Failed, Skipped

from tests.tools import program


@pytest.mark.parametrize(("ci", "outcome"), [("", Skipped), ("false", Skipped), ("true", Failed)])
def test_a_missing_program_is_named_with_its_package(monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no-such-program is missing: apt-get install its-package"):
        program("no-such-program", package="its-package")


def test_any_of_several_names_will_do():
    python = Path(sys.executable).name
    assert Path(program("no-such-program", python, package="python3")).name == python
