"""PgBouncer in transaction mode before the test PostgreSQL: TEST_DATABASE=postgresql."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest

from tests import database
from tests.blackbox.service import free_port
from tests.lambda_runtime import package
from tests.tools import program

collect_ignore_glob = [] if database.POSTGRESQL else ["test_*.py"]

CONFIGURATION = """
[databases]
* = host={host} port=5432 user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
logfile = {folder}/log
"""


@pytest.fixture(scope="session")
def direct_url() -> Iterator[str]:
    """A database that was migrated through the direct host, with an administrator."""
    with database.migrated_database() as url:
        yield url


@pytest.fixture(scope="session")
def pooled_url(direct_url, tmp_path_factory) -> Iterator[str]:
    """The same database through the pooler."""
    pgbouncer = program("pgbouncer", package="pgbouncer")
    url = urlsplit(direct_url)
    port = free_port()
    process = _start(pgbouncer, Path(parse_qs(url.query)["host"][0]), port, tmp_path_factory)
    try:
        pooled = f"postgresql://postgres@127.0.0.1:{port}{url.path}"
        _wait_until_it_answers(pooled, process)
        yield pooled
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def zip_path() -> Path:
    package.build()
    return package.ZIP


def _start(pgbouncer: str, host: Path, port: int, folders) -> "subprocess.Popen[bytes]":
    folder = folders.mktemp("pgbouncer")
    # It refuses to run as root; PostgreSQL's own user may open the socket.
    as_user = ["-u", host.owner()] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, host.owner())
        for parent in folder.parents[:2]:
            parent.chmod(0o711)
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(CONFIGURATION.format(host=host, port=port, folder=folder))
    return subprocess.Popen([pgbouncer, "-q", *as_user, str(configuration)])


def _wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while True:
        assert process.poll() is None, "pgbouncer ended"
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, "pgbouncer does not answer"
            time.sleep(0.05)
