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


class Pooler:
    def __init__(self, program: str, host: Path, folder: Path, name: str) -> None:
        port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{port}{name}"
        # It refuses to run as root; PostgreSQL's own user may open the socket.
        as_user = ["-u", host.owner()] if os.geteuid() == 0 else []
        if as_user:
            shutil.chown(folder, host.owner())
            for parent in folder.parents[:2]:
                parent.chmod(0o711)
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(CONFIGURATION.format(host=host, port=port, folder=folder))
        self._command = [program, "-q", *as_user, str(configuration)]

    def start(self) -> None:
        self.process = subprocess.Popen(self._command)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, "pgbouncer does not answer"
            time.sleep(0.05)
            # Its port may be taken for a moment by connections of the one before.
            if self.process.poll() is not None:
                self.process = subprocess.Popen(self._command)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url).close()
        except psycopg2.OperationalError:
            return False
        return True


@pytest.fixture(scope="session")
def direct_url() -> Iterator[str]:
    """A database that was migrated through the direct host, with an administrator."""
    with database.migrated_database() as url:
        yield url


@pytest.fixture(scope="session")
def pooler(direct_url, tmp_path_factory) -> Iterator[Pooler]:
    pgbouncer = program("pgbouncer", package="pgbouncer")
    host = Path(parse_qs(urlsplit(direct_url).query)["host"][0])
    folder = tmp_path_factory.mktemp("pgbouncer")
    pooler = Pooler(pgbouncer, host, folder, urlsplit(direct_url).path)
    pooler.start()
    yield pooler
    pooler.stop()


@pytest.fixture(scope="session")
def pooled_url(pooler) -> str:
    """The same database through the pooler."""
    return str(pooler.url)


@pytest.fixture(scope="session")
def zip_path() -> Path:
    package.build()
    return package.ZIP
