"""The package for Lambda, built as `make package` does, and again only when its inputs change."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.target import Target
from tests.machine import bare_environment
from tests.tools import missing

ROOT = Path(__file__).resolve().parents[2]
ZIP = ROOT / "build/package.zip"
TASK = ROOT / "build/task"
APPS = ("mlops", "tracking", "deployments", "alerts", "dashboard")
ZAPPA = str(Path(sys.executable).parent / "zappa")


def lambdas_python() -> str:
    """This machine's interpreter of the stage's runtime, without which nothing can be packed."""
    stage = json.loads((ROOT / "zappa_settings.json").read_text())["production"]
    try:
        return Target(stage["runtime"], stage["architecture"]).python()
    except SystemExit as reason:
        missing(str(reason))


def build() -> None:
    lambdas_python()
    stamp, inputs = ROOT / "build/package-inputs", _inputs()
    if ZIP.exists() and stamp.exists() and stamp.read_text() == inputs:
        return
    ZIP.parent.mkdir(exist_ok=True)
    environment = {**bare_environment(), "AWS_DEFAULT_REGION": "us-east-1"}
    command = [ZAPPA, "package", "production", "--output", str(ZIP.relative_to(ROOT))]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    stamp.write_text(inputs)


def _inputs() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(_sources()):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from (ROOT / name for name in ("zappa_settings.json", "requirements.txt"))
    yield from (ROOT / "deploy" / name for name in ("package.py", "stage.py", "target.py"))
    for app in APPS:
        paths = (ROOT / app).rglob("*")
        yield from (path for path in paths if path.is_file() and path.suffix != ".pyc")
