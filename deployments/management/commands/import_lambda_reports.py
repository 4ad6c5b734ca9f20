"""Imports what Lambda's log says of each invocation: duration, init, memory, what is billed."""

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from deployments.models import Deployment
from deployments.registry import RegistryError, lambda_deployment
from deployments.reports.importing import cloudwatch_lines, resume_from, store_reports
from deployments.reports.log import LogLine, LogReader
from tracking.management.progress import Progress


class Command(BaseCommand):
    help = (
        "Imports Lambda's REPORT lines, text or JSON, from a file, from standard input (-) or"
        " from CloudWatch Logs; other lines may stand between. Each line is stored once, so that"
        " an import can be repeated and goes on where it was interrupted. Mind that `zappa tail`"
        " hides text REPORT lines: pipe `aws logs tail GROUP` in, or use --log-group."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("file", nargs="?", help="A log file; - for standard input.")
        source.add_argument("--log-group", help="Such as /aws/lambda/mlops-production.")
        parser.add_argument(
            "--deployment",
            default="",
            help="Its name; made if there is none. Default: the only Lambda deployment.",
        )
        parser.add_argument(
            "--days",
            type=int,
            choices=range(1, 3_654),
            metavar="N",
            help="CloudWatch only: the last N days. Default: from where the last import ended,"
            " at first 7 days.",
        )
        parser.add_argument("--region", help="CloudWatch only; default: AWS's configuration.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            deployment = lambda_deployment(options["deployment"])
        except RegistryError as error:
            raise CommandError(str(error)) from error
        reader, started = LogReader(), now()
        progress = Progress(self.stderr, options["verbosity"], "lines")
        reports = reader.read(self._counted(self._lines(deployment, started, options), progress))
        new = sum(store_reports(deployment, reports, started))
        self.stdout.write(
            f"{deployment}: {reader.reports:,} reports, {new:,} of them new;"
            f" {reader.other:,} other lines skipped, {reader.unreadable:,} reports unreadable."
        )
        if not reader.reports and reader.other:
            self.stderr.write("No REPORT line found. `zappa tail` hides them; see --help.")

    def _counted(self, lines: Iterator[LogLine], progress: Progress) -> Iterator[LogLine]:
        for line in lines:
            progress.advance(1)
            yield line

    def _lines(
        self, deployment: Deployment, started: datetime, options: dict[str, Any]
    ) -> Iterator[LogLine]:
        if options["log_group"]:
            return self._from_cloudwatch(deployment, started, options)
        return self._from_file(options["file"])

    def _from_file(self, name: str) -> Iterator[LogLine]:
        if name == "-":
            yield from ((None, line) for line in sys.stdin)
            return
        try:
            with open(name, encoding="utf-8", errors="replace") as file:
                yield from ((None, line) for line in file)
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}") from error

    def _from_cloudwatch(
        self, deployment: Deployment, started: datetime, options: dict[str, Any]
    ) -> Iterator[LogLine]:
        # boto3 takes 0.2 s to import and is not in the package for Lambda.
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            since = resume_from(deployment, started, options["days"])
            client = boto3.client("logs", region_name=options["region"])
            yield from cloudwatch_lines(client, options["log_group"], since)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"CloudWatch Logs: {error}") from error
