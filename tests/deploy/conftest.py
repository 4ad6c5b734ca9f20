"""Deploying against moto, a mock of AWS's API that runs as a server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.awslambda import urls

from tests.aws import empty_account
from tests.database import POSTGRESQL, new_database
from tests.lambda_runtime.package import ROOT, ZAPPA, lambdas_python
from tests.machine import bare_environment

collect_ignore_glob = [] if POSTGRESQL else ["test_*.py"]

# REST API: moto's CloudFormation knows no HTTP API.
WHOLE = {"extends": "production", "apigateway_version": "v1", "touch": False}
# Nothing runs at moto: what takes long to pack can stay away.
LEFT_OUT = ["dashboard", "django", "prometheus_client", "psycopg2*", "staticfiles"]


class Account:
    """An AWS account that lives as long as the test; with fields of its own, a stage is whole."""

    def __init__(
        self, variables: dict[str, str], database_url: str, folder: Path, **stage: Any
    ) -> None:
        lambdas_python()
        self.variables = {
            **bare_environment(),
            **variables,
            "DJANGO_SETTINGS_MODULE": "mlops.settings",
            # Nothing listens there: who migrates through it fails.
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/pooled",
            "DATABASE_URL_DIRECT": database_url,
            "MLOPS_API_KEY": "a-key-of-the-tests",
            "SECRET_KEY": "s" * 50,
            "ADMIN_PASSWORD": "correct horse battery",
        }
        self.settings_file = folder / "zappa_settings.json"
        settings = json.loads((ROOT / "zappa_settings.json").read_text())
        light = WHOLE | {"exclude": [*settings["production"]["exclude"], *LEFT_OUT]}
        stages = {"whole": WHOLE} | dict.fromkeys(("test", "short", "never"), light)
        if stage:
            stages["test"] = WHOLE | stage
        self.settings_file.write_text(json.dumps(settings | stages))

    def release(self, command: str, stage: str = "test", **variables: str) -> str:
        """Runs `make deploy` and its like; answers what it prints."""
        module = [sys.executable, "-m", "deploy.release", command, stage]
        return self._run([*module, "--settings-file", str(self.settings_file)], variables)

    def zappa(self, command: str) -> str:
        return self._run([ZAPPA, command, "test", "--settings_file", str(self.settings_file)], {})

    def client(self, service: str) -> Any:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        access, secret = (self.variables[name] for name in names)
        return boto3.client(
            service,
            endpoint_url=self.variables["AWS_ENDPOINT_URL"],
            region_name=self.variables["AWS_DEFAULT_REGION"],
            aws_access_key_id=access,
            aws_secret_access_key=secret,
        )

    def _run(self, command: list[str], variables: dict[str, str]) -> str:
        environment = self.variables | variables
        done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
        output = done.stdout + done.stderr
        if done.returncode:
            raise RuntimeError(output)
        return output


def no_function_urls(*_: object) -> tuple[int, dict[str, str], str]:
    """ListFunctionUrlConfigs, which Zappa's update asks and moto doesn't know."""
    return 200, {}, '{"FunctionUrlConfigs": []}'


urls.url_paths[r"{0}/2021-10-31/functions/(?P<name>[\w:%-]+)/urls/?$"] = no_function_urls


@pytest.fixture(scope="module")
def account(tmp_path_factory) -> Iterator[Account]:
    with empty_account() as variables, new_database() as url:
        yield Account(variables, url, tmp_path_factory.mktemp("account"))
