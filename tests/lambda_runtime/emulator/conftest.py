"""The package on AWS's runtime emulator. It stores in PostgreSQL: TEST_DATABASE=postgresql."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import database
from tests.lambda_runtime import package
from tests.lambda_runtime.emulator.running import Running, running

here = database.POSTGRESQL and sys.platform == "linux"
collect_ignore_glob = [] if here else ["test_*.py"]


@pytest.fixture(scope="session")
def zip_path() -> Path:
    package.build()
    return package.ZIP


@pytest.fixture(scope="module")
def service_database() -> Iterator[str]:
    """URL of a migrated database with an administrator."""
    with database.migrated_database() as url:
        yield url


@pytest.fixture(scope="module")
def service(zip_path, service_database) -> Iterator[Running]:
    """Behind an HTTP API with the stage in its URLs."""
    with running(zip_path, service_database, environments=2) as service:
        yield service
