"""Lambda stores in PostgreSQL alone, so these tests run with TEST_DATABASE=postgresql."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import POSTGRESQL, migrated_database
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
    with migrated_database() as url:
        yield url


@pytest.fixture
def connected(task, tmp_path, database_url) -> Iterator[Environment]:
    with Environment(tmp_path, DATABASE_URL=database_url) as environment:
        yield environment
