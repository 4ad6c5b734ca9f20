"""Programs that tests look for: where one is missing they are skipped, but fail where CI=true."""

import os
import shutil
from typing import NoReturn

import pytest


def program(*names: str, package: str) -> str:
    """The path of the first of them that is there; Debian's package has one."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    missing(f"{names[0]} is missing: apt-get install {package}")


def missing(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
