"""Lambda stores in PostgreSQL alone, so these tests run with TEST_DATABASE=postgresql."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import POSTGRESQL, new_database
from tests.lambda_runtime import package
from tests.lambda_runtime.environment import Environment

collect_ignore_glob = [] if POSTGRESQL else ["test_*.py"]


@pytest.fixture(scope="session")
def task() -> Path:
    """The unpacked package."""
    package.build()
    return package.TASK


@pytest.fixture
def cold(task, tmp_path) -> Iterator[Environment]:
    """An environment that has seen no event; its database is away."""
    with Environment(tmp_path) as environment:
        yield environment


@pytest.fixture(scope="module")
def warm(task, tmp_path_factory) -> Iterator[Environment]:
    """An environment that tests share; its database is away."""
    with Environment(tmp_path_factory.mktemp("environment")) as environment:
        yield environment


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A migrated database."""
    with new_database() as url:
        variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mlops.settings"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=package.ROOT, env=os.environ | variables, check=True)
        yield url


@pytest.fixture
def connected(task, tmp_path, database_url) -> Iterator[Environment]:
    with Environment(tmp_path, DATABASE_URL=database_url) as environment:
        yield environment
