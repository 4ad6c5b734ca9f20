"""A network and mounts of one's own, where names, ports and paths are those of the compose file."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Root needs no user namespace, in which it couldn't open other users' files.
ROOT = os.geteuid() == 0
UNSHARE = ("--net", "--mount", *(() if ROOT else ("--map-root-user",)))
ENTER = ("--net", "--mount", *(() if ROOT else ("--user", "--preserve-credentials")))
# /run is a fresh one, for /run/secrets.
SET_UP = """
ip link set lo up && mount --bind "$1" /etc/hosts && mount -t tmpfs tmpfs /run && mkdir /run/secrets
echo ready && exec sleep 600
"""


class Namespace:
    """Its processes end with it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.processes: list[subprocess.Popen[bytes]] = []

    def command(self, *arguments: str | Path) -> list[str]:
        return ["nsenter", f"--target={self.pid}", *ENTER, *map(str, arguments)]

    def run(self, *arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment = os.environ | variables
        command = self.command(*arguments)
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def start(self, *arguments: str | Path, env: dict[str, str] | None = None) -> None:
        self.processes.append(subprocess.Popen(self.command(*arguments), env=env))

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(40)


@contextmanager
def namespace(folder: Path, *hosts: str) -> Iterator[Namespace]:
    """The hosts are names of this machine."""
    names = folder / "hosts"
    names.write_text(f"127.0.0.1 localhost {' '.join(hosts)}\n")
    command = ["unshare", *UNSHARE, "sh", "-c", SET_UP, "sh", str(names)]
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    with subprocess.Popen(command, env={"PATH": path}, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        if holder.stdout.readline() != "ready\n":
            assert not os.environ.get("CI"), "namespaces can't be made"
            pytest.skip("namespaces can't be made here")
        inside = Namespace(holder.pid)
        try:
            yield inside
        finally:
            inside.stop()
            holder.kill()


def needs(program: str) -> str:
    """Its path; the test is skipped without it, but not in CI."""
    path = shutil.which(program)
    if not path:
        assert not os.environ.get("CI"), f"{program} is missing"
        pytest.skip(f"needs {program}")
    return path
