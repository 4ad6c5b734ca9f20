"""Serves the packaged zip on this machine through AWS's Lambda runtime."""

import argparse
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local_lambda import database
from deploy.local_lambda.cpu import CpuLimit
from deploy.local_lambda.events import APIS
from deploy.local_lambda.local_lambda import LocalLambda
from deploy.target import BUILD

PASSED_ON = (
    "ADMIN_PASSWORD",
    "ALLOWED_HOSTS",
    "CORS_ALLOWED_ORIGINS",
    "CSRF_TRUSTED_ORIGINS",
    "LOG_LEVEL",
    "MAX_LABEL_SETS",
    "MLOPS_API_KEY",
    "SECRET_KEY",
)


def main() -> None:
    options = _options()
    # Ctrl-C and `kill` both end it in order.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    zip_path = options.zip or package(options.package_stage)
    try:
        with database.database_url() as url:
            variables = _variables(url)
            database.prepare(variables)
            _serve(zip_path, variables, options)
    except KeyboardInterrupt:
        print("\nStopped.")


def _serve(zip_path: Path, variables: dict[str, str], options: argparse.Namespace) -> None:
    with LocalLambda(
        zip_path,
        variables,
        port=options.port,
        api=options.api,
        stage=options.stage,
        custom_domain=options.custom_domain,
        environments=options.environments,
        idle_seconds=options.idle,
        memory_mb=options.memory,
        timeout_seconds=options.timeout,
        print_line=lambda line: print(line, flush=True),
    ) as local_lambda:
        _introduce(local_lambda, variables)
        if options.kill_randomly:
            local_lambda.kill_randomly(options.kill_randomly)
        signal.pause()


def _introduce(local_lambda: LocalLambda, variables: dict[str, str]) -> None:
    print(_cpu(local_lambda.cpu_limit))
    print("The emulator runs init within the first invocation: its time is in that Duration, and")
    print("Init Duration and Max Memory Used of its REPORT lines mean nothing. Server-Timing does.")
    url, key = local_lambda.base_url, variables["MLOPS_API_KEY"]
    print(f"Serving on {url}   Admin: {url}/admin/   X-API-Key: {key}", flush=True)


def _cpu(limit: CpuLimit) -> str:
    if limit.possible:
        return f"Processor: {limit.cores:.2f} of a core after init, as on Lambda."
    return f"Processor: NOT limited as on Lambda: control groups can't be made: {limit.reason}."


def package(stage: str) -> Path:
    zip_path = BUILD / "package.zip"
    BUILD.mkdir(exist_ok=True)
    zappa = str(Path(sys.executable).with_name("zappa"))
    command = [zappa, "package", stage, "--output", str(zip_path)]
    if subprocess.run(command, cwd=BUILD.parent).returncode:
        raise SystemExit(f"Packaging {stage} failed.")
    return zip_path


def _variables(database_url: str) -> dict[str, str]:
    """Lambda's environment variables; keys that aren't given are made for this run."""
    given = {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
    made = {"SECRET_KEY": secrets.token_urlsafe(40), "MLOPS_API_KEY": secrets.token_urlsafe(24)}
    return {**made, **given, "DATABASE_URL": database_url}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local_lambda", description=__doc__)
    add = parser.add_argument
    add("--port", type=_up_to(65_535), default=9001, help="of the gateway (default: 9001)")
    add("--api", choices=APIS, default="v2", help="REST API, HTTP API or function URL")
    add("--stage", default="production", help="the URLs' prefix (default: production)")
    add("--custom-domain", action="store_true", help="no stage in the URLs")
    add("--environments", type=_up_to(100), default=8, help="at most (default: 8)")
    add("--idle", type=_up_to(86_400), default=300, help="seconds until an idle one goes (300)")
    add(
        "--memory", type=_up_to(10_240), default=512, help="in MB; sets the processor's share (512)"
    )
    add("--timeout", type=_up_to(900), default=30, help="seconds for an invocation (30)")
    add(
        "--kill-randomly",
        type=_up_to(86_400),
        metavar="SECONDS",
        help="kill one as often on average",
    )
    add("--package-stage", default="production", help="stage of zappa_settings.json to package")
    add("--zip", type=Path, help="serve this zip instead of packaging one")
    return parser.parse_args()


def _up_to(at_most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdigit() or not 1 <= int(text) <= at_most:
            raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {at_most}")
        return int(text)

    return number


if __name__ == "__main__":
    main()
