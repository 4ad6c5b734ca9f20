"""The task folders whose cold starts are compared."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
FOLDER = BUILD / "cold-start"
AWS_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py")


def ours() -> Path:
    zip_path = BUILD / "package.zip"
    _zappa("zappa_settings.json", zip_path, os.environ.get("VIRTUAL_ENV", sys.prefix))
    return BUILD / "task"


def stock() -> Path:
    """What `zappa init` and `zappa package` make of the same project."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment = FOLDER / "stock-environment"
    packages = environment / f"lib/python3.{sys.version_info.minor}/site-packages"
    if not packages.exists():
        _pip(packages, "--requirement", str(ROOT / "requirements.txt"))
    settings = {
        "project_name": "mlops-tracking",
        "django_settings": "mlops.settings",
        "exclude": ["boto3", "dateutil", "botocore", "s3transfer", "concurrent", "build", ".venv"],
        "use_precompiled_packages": False,
        "environment_variables": {"ENVIRONMENT": "production"},
        # Its own code lies in build/, where Zappa looks for WebSocket handlers.
        "callbacks": {"settings": "deploy.stage.complete"},
    }
    settings_file = FOLDER / "stock.json"
    settings_file.write_text(json.dumps({"production": settings}))
    _zappa(str(settings_file), FOLDER / "stock.zip", str(environment))
    return _unpack(FOLDER / "stock.zip")


def flask() -> Path:
    task = FOLDER / "flask"
    if not task.exists():
        _pip(task, "Flask", "serverless-wsgi", "psycopg2-binary")
    shutil.copy(ROOT / "benchmarks/flask_on_lambda.py", task)
    mode = ("--invalidation-mode", "unchecked-hash")
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-f", *mode, str(task)], check=True)
    return task


def _zappa(settings_file: str, output: Path, virtual_env: str) -> None:
    zappa = str(Path(sys.executable).parent / "zappa")
    arguments = ["production", "--settings_file", settings_file]
    variables = {"VIRTUAL_ENV": virtual_env, "AWS_DEFAULT_REGION": "us-east-1"}
    subprocess.run(
        [zappa, "package", *arguments, "--output", str(output.relative_to(ROOT))],
        cwd=ROOT,
        env=os.environ | variables,
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
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target)]
    subprocess.run([*command, *arguments], check=True, stderr=subprocess.DEVNULL)


def aws_runtime() -> Path:
    """What AWS's runtime holds beside every task."""
    runtime = FOLDER / "aws-runtime"
    runtime.mkdir(exist_ok=True)
    import_path = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    for name in AWS_RUNTIME:
        if not (runtime / name).exists():
            os.symlink(import_path / name, runtime / name)
    return runtime
