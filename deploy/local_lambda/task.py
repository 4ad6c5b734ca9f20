"""The task folder: the unpacked zip, which an execution environment can read and not write."""

import os
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

from deploy.target import Target

# Root may write whatever the modes say, so its environments see the folder on a read-only mount.
MOUNT_READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"'


class Task:
    """Unpacked into a temporary folder; `remove` deletes it."""

    def __init__(self, zip_path: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="local-lambda-"))
        with zipfile.ZipFile(zip_path) as package:
            package.extractall(self.folder)
        _chmod(self.folder, 0o555, 0o444)
        self.target = Target.packed(self.folder)
        try:
            self.target.check_machine()
            self.python = self.target.python()
        except SystemExit:
            self.remove()
            raise

    def read_only(self, command: list[str]) -> list[str]:
        """The command, run where the task folder can't be written."""
        if os.geteuid() != 0:
            return command
        unshared = ("unshare", "--mount", "--propagation", "private")
        return [*unshared, "sh", "-c", MOUNT_READ_ONLY, str(self.folder), *command]

    def remove(self) -> None:
        _chmod(self.folder, 0o755, 0o644)
        shutil.rmtree(self.folder)


def _chmod(folder: Path, folder_mode: int, file_mode: int) -> None:
    folder.chmod(folder_mode | stat.S_IWUSR)
    for path in folder.rglob("*"):
        path.chmod(folder_mode | stat.S_IWUSR if path.is_dir() else file_mode)
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            path.chmod(folder_mode)
