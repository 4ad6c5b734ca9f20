"""One execution environment: a process that runs the packaged handler, one event after another."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from deploy.target import Target
from tests.lambda_runtime.package import TASK

# Closed: nothing listens there.
DATABASE_AWAY = "postgresql://nobody@127.0.0.1:1/nowhere"
VARIABLES = {
    "AWS_LAMBDA_FUNCTION_NAME": "mlops-tracking-production",
    "AWS_DEFAULT_REGION": "us-east-1",
    "DATABASE_URL": DATABASE_AWAY,
    "MLOPS_API_KEY": "a-key-of-the-tests",
    "SECRET_KEY": "s" * 50,
    # Lambda's task folder can't be written.
    "PYTHONDONTWRITEBYTECODE": "1",
}

LOOP = """
import importlib._bootstrap_external as machinery, json, os, sys
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
compiled, compile_source = [], machinery.SourceLoader.source_to_code
def count(self, data, path, **options):
    compiled.append(os.fspath(path))
    return compile_source(self, data, path, **options)
machinery.SourceLoader.source_to_code = count
class Context:
    aws_request_id = "request-1"
from mlops.lambda_handler import handler
for line in sys.stdin:
    try:
        result = {"answer": handler(json.loads(line), Context())}
    except Exception as error:
        result = {"error": repr(error)}
    result |= {"modules": sorted(sys.modules), "compiled": compiled}
    print(json.dumps(result), file=answers, flush=True)
"""


class Environment:
    """Use as a context manager; `log` is what CloudWatch would show."""

    def __init__(self, folder: Path, task: Path = TASK, **variables: str) -> None:
        self._log = folder / "log"
        path = {"PYTHONPATH": f"{task}:{_aws_runtime(folder)}"}
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                # -S: what isn't in the package isn't there, except for AWS's boto3.
                [Target.packed(task).python(), "-u", "-S", "-c", LOOP],
                env=VARIABLES | path | variables,
                cwd=task,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.modules: list[str] = []
        self.compiled: list[str] = []

    def invoke(self, event: dict[str, Any]) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(event) + "\n")
        self.process.stdin.flush()
        result = json.loads(self.process.stdout.readline() or "{}")
        assert "answer" in result, result.get("error", self.log)
        self.modules, self.compiled = result["modules"], result["compiled"]
        return result["answer"]

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.communicate()


def _aws_runtime(folder: Path) -> Path:
    """What AWS puts beside every task, and the package leaves out."""
    site_packages = Path(next(path for path in sys.path if path.endswith("site-packages")))
    runtime = folder / "aws-runtime"
    runtime.mkdir(exist_ok=True)
    for name in ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py"):
        if not (runtime / name).exists():
            os.symlink(site_packages / name, runtime / name)
    return runtime
