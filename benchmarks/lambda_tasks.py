"""The task folders whose cold starts are compared."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from deploy.target import Target

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
AWS_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py")


def ours() -> Path:
    zip_path = BUILD / "package.zip"
    _zappa("zappa_settings.json", zip_path)
    return BUILD / "task"


def stock() -> Path:
    """What `zappa init` and `zappa package` make of the same project."""
    folder = _folder()
    environment = folder / "stock-environment"
    packages = environment / f"lib/python3.{sys.version_info.minor}/site-packages"
    if not packages.exists():
        _pip(packages, "--requirement", str(ROOT / "requirements.txt"))
    settings = {
        "project_name": "mlops-tracking",
        "django_settings": "mlops.settings",
        "exclude": ["boto3", "dateutil", "botocore", "s3transfer", "concurrent", "build", ".venv"],
        "use_precompiled_packages": False,
        "environment_variables": {"ENVIRONMENT": "production"},
        "runtime": Target.packed(BUILD / "task").runtime,
        # Its own code lies in build/, where Zappa looks for WebSocket handlers.
        "callbacks": {"settings": "benchmarks.lambda_tasks.without_websocket"},
    }
    settings_file = folder / "stock.json"
    settings_file.write_text(json.dumps({"production": settings}))
    _zappa(str(settings_file), folder / "stock.zip", VIRTUAL_ENV=str(environment))
    return _unpack(folder / "stock.zip")


def without_websocket(cli: Any) -> None:
    cli.use_websocket = cli.zappa.extra_permissions = None


def flask() -> Path:
    task = _folder() / "flask"
    if not task.exists():
        _pip(task, "Flask", "serverless-wsgi", "psycopg2-binary")
    shutil.copy(ROOT / "benchmarks/flask_on_lambda.py", task)
    mode = ("--invalidation-mode", "unchecked-hash")
    subprocess.run([python(), "-m", "compileall", "-q", "-f", *mode, str(task)], check=True)
    return task


def python() -> str:
    """All of them run on that of our package."""
    return Target.packed(BUILD / "task").python()


def _folder() -> Path:
    folder = BUILD / "cold-start" / Target.packed(BUILD / "task").runtime
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _zappa(settings_file: str, output: Path, **variables: str) -> None:
    zappa = str(Path(sys.executable).parent / "zappa")
    arguments = ["production", "--settings_file", settings_file]
    subprocess.run(
        [zappa, "package", *arguments, "--output", str(output.relative_to(ROOT))],
        cwd=ROOT,
        env=os.environ | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": str(ROOT)} | variables,
        stdout=sys.stderr,
        check=True,
    )


def _unpack(zip_path: Path) -> Path:
    task = zip_path.with_suffix("")
    shutil.rmtree(task, ignore_errors=True)
    with zipfile.ZipFile(zip_path) as package:
        package.extractall(task)
    return task


def _pip(target: Path, *arguments: str) -> None:
    pip = [sys.executable, "-m", "pip", "--python", python(), "install", "--quiet"]
    command = [*pip, "--target", str(target), *arguments]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def aws_runtime() -> Path:
    """What AWS's runtime holds beside every task."""
    runtime = _folder() / "aws-runtime"
    runtime.mkdir(exist_ok=True)
    import_path = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    for name in AWS_RUNTIME:
        if not (runtime / name).exists():
            os.symlink(import_path / name, runtime / name)
    return runtime
