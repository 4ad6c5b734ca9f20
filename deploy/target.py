"""What a package is built for, the runtime and processor of a stage, and with which Python."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tracking.doctor import runtimes

BUILD = Path(__file__).resolve().parent.parent / "build"
# Names of the processors: Lambda's, and those of wheels.
PROCESSORS = {"x86_64": "x86_64", "arm64": "aarch64"}
# Where installers put a Python that isn't on PATH.
PLACES = (
    "{home}/.local/bin",
    "{home}/.local/share/uv/python/cpython-{version}*/bin",
    "{home}/.pyenv/versions/{version}.*/bin",
    "{pyenv}/versions/{version}.*/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
)
LIBRARY = re.compile(r"\.cpython-\d+-(\w+)-linux-gnu\.so$")
BYTECODE = re.compile(r"\.cpython-3(\d+)\.pyc$")
ASK = "import sys; print(*sys.version_info[:2], sep='.'); print(sys.base_exec_prefix)"


class Target(NamedTuple):
    runtime: str
    architecture: str

    @classmethod
    def of(cls, cli: Any) -> "Target":
        """Of Zappa's command line with a stage's settings loaded."""
        return cls(cli.runtime, cli.architecture)

    @classmethod
    def packed(cls, task: Path) -> "Target":
        """Of an unpacked package, whose bytecode and libraries are named after it."""
        names = [path.name for path in task.rglob("*.*") if path.suffix in (".pyc", ".so")]
        minors = {found[1] for found in map(BYTECODE.search, names) if found}
        processors = {found[1] for found in map(LIBRARY.search, names) if found}
        minor = minors.pop() if minors else sys.version_info.minor
        return cls(f"python3.{minor}", _architecture(*processors or {platform.machine()}))

    @property
    def version(self) -> str:
        return self.runtime.removeprefix("python")

    @property
    def environment(self) -> Path:
        """What Zappa takes for a virtual environment."""
        return BUILD / f"{self.runtime}-{self.architecture}"

    @property
    def site_packages(self) -> Path:
        """Where Zappa looks for it, which is the version that Zappa itself runs on."""
        return self.environment / f"lib/python3.{sys.version_info.minor}/site-packages"

    @property
    def platforms(self) -> list[str]:
        """Of wheels that run on Lambda's glibc: 2.34, and 2.26 where python3.11 runs."""
        newest = 26 if self.runtime == "python3.11" else 34
        processor = PROCESSORS[self.architecture]
        return [
            *(f"manylinux_2_{minor}_{processor}" for minor in range(newest, 16, -1)),
            f"manylinux2014_{processor}",
        ]

    def check(self, today: date) -> None:
        """Raises SystemExit with the reason where no package can be built for it."""
        if self.architecture not in PROCESSORS:
            raise SystemExit(f"architecture must be x86_64 or arm64, not {self.architecture}.")
        if reason := runtimes.unsupported(self.runtime, today):
            raise SystemExit(f'{reason} Set "runtime" in zappa_settings.json.')
        self.python()

    def check_machine(self) -> None:
        """Raises SystemExit unless this machine's processor runs it."""
        here = _architecture(platform.machine())
        if here != self.architecture:
            raise SystemExit(f"The package is for {self.architecture}; this machine is {here}.")

    def python(self) -> str:
        """This machine's interpreter of the runtime's version; raises SystemExit without one."""
        asked = os.environ.get("LAMBDA_PYTHON", "")
        for candidate in [asked] if asked else self._candidates():
            if found := _interpreter(candidate, self.version):
                return found
        if asked:
            raise SystemExit(f"LAMBDA_PYTHON={asked} is no Python {self.version}.")
        raise SystemExit(
            f"The package is for Lambda's {self.runtime}, and no Python {self.version} is here. "
            f"Install it: apt install python{self.version} (dnf on Amazon Linux 2023), "
            f"brew install python@{self.version}, or uv python install {self.version}. "
            f"One elsewhere is named by LAMBDA_PYTHON=/path/to/python{self.version}"
        )

    def _candidates(self) -> Iterator[str]:
        yield sys.executable
        if on_path := shutil.which(self.runtime):
            yield on_path
        home = os.environ.get("HOME", "/nonexistent")
        pyenv = os.environ.get("PYENV_ROOT", f"{home}/.pyenv")
        for place in PLACES:
            pattern = place.format(home=home, pyenv=pyenv, version=self.version)
            yield from map(str, sorted(Path("/").glob(f"{pattern[1:]}/{self.runtime}")))


def _architecture(processor: str) -> str:
    """Lambda's name of it."""
    named = {"AMD64": "x86_64", **{theirs: ours for ours, theirs in PROCESSORS.items()}}
    return named.get(processor, processor)


def _interpreter(candidate: str, version: str) -> str:
    """The one behind a virtual environment, a link or a shim; empty if it isn't of the version."""
    try:
        asked = subprocess.run([candidate, "-c", ASK], capture_output=True, text=True)
    except OSError:
        return ""
    found, _, prefix = asked.stdout.strip().partition("\n")
    return str(Path(prefix, "bin", f"python{version}")) if found == version else ""
