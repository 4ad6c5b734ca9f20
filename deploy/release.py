"""Deploys, updates and removes a stage: `python -m deploy.release deploy production`.

Each step is named as it runs and safe to repeat: after a failure, run the same command again.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import requests
from zappa.cli import ZappaCLI

from deploy import gateway_key, leftovers, queue, stage
from deploy.target import Target

ROOT = Path(__file__).resolve().parent.parent
ZAPPA = str(Path(sys.executable).parent / "zappa")
REQUIRED = ("DATABASE_URL", "MLOPS_API_KEY", "SECRET_KEY")
HEALTH_PAUSES_SECONDS = (0, 1, 2, 4, 8)


class Release:
    """One stage of one settings file; `cli` is Zappa's, which knows names and AWS's clients."""

    def __init__(self, stage_name: str, settings_file: str) -> None:
        self.stage_name = stage_name
        self.settings_file = settings_file
        self.cli: Any = ZappaCLI()
        self.cli.api_stage = stage_name
        self.cli.load_settings(settings_file)

    def deploy(self) -> None:
        """Makes what isn't there yet and updates what is."""
        self._run(
            self.check,
            self.migrate,
            self.ensure_admin,
            self.publish,
            self.take_batches,
            self.check_health,
        )

    def update(self) -> None:
        if not self.function_exists():
            raise SystemExit(f"{self.cli.lambda_name} isn't deployed: make deploy first.")
        self.deploy()

    def undeploy(self) -> None:
        self._run(self.remove_with_zappa, self.remove_leftovers)

    def check(self) -> None:
        """Variables and settings as they'll be on Lambda, before anything is changed."""
        missing = [name for name in REQUIRED if not os.environ.get(name)]
        if missing:
            raise SystemExit(f"Set in the environment, for Lambda: {', '.join(missing)}")
        gateway_key.check(self.cli)
        Target.of(self.cli).check(date.today())
        self._manage("check", "--deploy", "--fail-level", "ERROR")

    def migrate(self) -> None:
        """Before the code, which is of no use without its tables; older code goes on working."""
        self._manage("migrate", "--noinput")

    def ensure_admin(self) -> None:
        self._manage("ensure_admin")

    def publish(self) -> None:
        """Collects static files, packs, uploads and schedules."""
        if self.function_exists() and not self.stack_exists():
            # A deploy that failed halfway: Zappa would neither deploy nor update it.
            self.cli.zappa.delete_lambda_function(self.cli.lambda_name)
        self._zappa("update" if self.function_exists() else "deploy")
        if self.cli.api_key_required and not self.cli.api_key:
            gateway, name = self.cli.zappa.apigateway_client, self.cli.lambda_name
            gateway_key.admit(gateway, name, self.cli.zappa.get_api_id(name), self.stage_name)

    def take_batches(self) -> None:
        """From the queue, where there is one."""
        queue.take_batches(self.cli, stage.function_arn(self.cli))

    def check_health(self) -> None:
        """/health, and /health/detailed, which also asks Django and the database."""
        if not self.cli.stage_config.get("touch", True):
            print("The stage sets touch to false: not asked.")
            return
        url = self._url()
        for path in ("/health", "/health/detailed"):
            answer = _wait_for_200(url + path, os.environ["MLOPS_API_KEY"])
            if answer != "200":
                log = f".venv/bin/zappa tail {self.stage_name}"
                raise SystemExit(f"{url}{path} answers {answer}; see the function's log: {log}")
        print(f"Healthy: {url}")

    def remove_with_zappa(self) -> None:
        """API, schedules and function."""
        zappa, name = self.cli.zappa, self.cli.lambda_name
        leftovers.remove_gateway_logs(zappa, name)
        # AWS removes no API that a usage plan names.
        gateway_key.remove(zappa.apigateway_client, name)
        if self.function_exists():
            self._zappa("undeploy", "--yes")
        else:
            print(f"There is no function {name}.")

    def remove_leftovers(self) -> None:
        """What Zappa leaves behind, and what an interrupted removal left."""
        queue.remove_mappings(self.cli.zappa.lambda_client, self.cli.lambda_name)
        leftovers.remove(self.cli, stage.bucket_name(self.cli), stage.function_arn(self.cli))

    def function_exists(self) -> bool:
        return bool(self.cli.zappa.get_lambda_function_versions(self.cli.lambda_name))

    def stack_exists(self) -> bool:
        return leftovers.stack_exists(self.cli.zappa.cf_client, self.cli.lambda_name)

    def _url(self) -> str:
        domain = self.cli.stage_config.get("domain")
        if domain:
            return f"https://{domain}"
        version = self.cli.apigateway_version
        url = self.cli.zappa.get_api_url(
            self.cli.lambda_name, self.stage_name, apigateway_version=version
        )
        return str(url).rstrip("/")

    def _run(self, *steps: Callable[[], None]) -> None:
        for number, step in enumerate(steps, 1):
            name = step.__name__.replace("_", " ")
            print(f"[{number}/{len(steps)}] {self.stage_name}: {name}", flush=True)
            step()

    def _manage(self, *arguments: str) -> None:
        """With the stage's variables; a pooler can't migrate, hence the direct host."""
        environment = os.environ | self.cli.environment_variables
        direct = os.environ.get("DATABASE_URL_DIRECT")
        if direct:
            environment["DATABASE_URL"] = direct
        command = [sys.executable, "manage.py", *arguments]
        _call(command, environment)

    def _zappa(self, command: str, *arguments: str) -> None:
        _call(
            [ZAPPA, command, self.stage_name, "--settings_file", self.settings_file, *arguments],
            dict(os.environ),
        )


def _call(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:3])} failed; mend it and run the same again.")


def _wait_for_200(url: str, key: str) -> str:
    """The last answer: API Gateway's is 403, 404 or 5xx for some seconds after a deployment."""
    answer = ""
    for pause_seconds in HEALTH_PAUSES_SECONDS:
        time.sleep(pause_seconds)
        answer = _answer(url, key)
        if answer == "200":
            break
    return answer


def _answer(url: str, key: str) -> str:
    try:
        return str(requests.get(url, headers={"X-API-Key": key}, timeout=30).status_code)
    except requests.RequestException as error:
        return f"not at all ({type(error).__name__})"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.release", description=__doc__)
    parser.add_argument("command", choices=["deploy", "update", "undeploy"])
    parser.add_argument("stage", help="as in zappa_settings.json")
    parser.add_argument("--settings-file", default="zappa_settings.json")
    arguments = parser.parse_args()
    release = Release(arguments.stage, arguments.settings_file)
    getattr(release, arguments.command)()


if __name__ == "__main__":
    main()
