"""Data to look at before there is any."""

import os
import time
from argparse import ArgumentTypeError
from collections.abc import Callable
from math import inf
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from deployments.demo import measure, refuse_real_hosts
from tracking.loading.bulk import OtherRun
from tracking.loading.demo import DemoRefused, LiveDemo, load_demo
from tracking.loading.demo_records import FURTHER_DAYS
from tracking.management.progress import Progress
from tracking.models import AIRequest, BulkLoad
from tracking.querysets import DEMO

SECONDS_BETWEEN_LOOKS = 1
SECONDS_BETWEEN_MEASUREMENTS = 60


class Command(BaseCommand):
    help = (
        "Fills an empty database with a believable month of requests, and with a month of"
        " measurements of two deployments, made up from a seed. Refuses a database that has"
        " counted real requests. Safe to interrupt and to repeat: it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=_number(1, 366), default=30, help="Default: 30.")
        parser.add_argument(
            "--requests-per-day",
            type=_number(1, 100_000),
            default=1_000,
            help="On average; fewer on weekends. Default: 1000.",
        )
        parser.add_argument(
            "--seed",
            type=_number(0, 2**31 - 1),
            default=1,
            help="The same seed makes the same requests, apart from the date. Default: 1.",
        )
        parser.add_argument(
            "--requests-only", action="store_true", help="Without deployments and measurements."
        )
        parser.add_argument(
            "--live",
            type=_number(1, 2**31 - 1),
            metavar="PID",
            help=(
                "Instead go on with the demo that is there, at its own rate, as long as this one's"
                f" parent is the process with this id; for {FURTHER_DAYS} days at most."
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["live"]:
                _go_on(options["live"], measured=not options["requests_only"])
            else:
                self._fill(options)
        except (DemoRefused, OtherRun) as error:
            raise CommandError(str(error)) from error

    def _fill(self, options: dict[str, Any]) -> None:
        progress = Progress(self.stderr, options["verbosity"])
        if not options["requests_only"]:
            refuse_real_hosts()
        arguments = (options["days"], options["requests_per_day"], options["seed"])
        for stored in load_demo(*arguments, now()):
            progress.advance(stored)
        if not options["requests_only"]:
            measure(BulkLoad.objects.get(source=DEMO).started_at)
        self.stdout.write(
            f"Made {progress.done:,} demo requests; the database holds"
            f" {AIRequest.objects.count():,}."
        )


def _go_on(parent: int, *, measured: bool) -> None:
    live = LiveDemo()
    measured_at = -inf
    while os.getppid() == parent:
        moment = now()
        live.catch_up(moment)
        if measured and time.monotonic() - measured_at >= SECONDS_BETWEEN_MEASUREMENTS:
            measure(moment)
            measured_at = time.monotonic()
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _number(at_least: int, at_most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not at_least <= int(text[:12]) <= at_most:
            raise ArgumentTypeError(f"give a whole number from {at_least:,} to {at_most:,}")
        return int(text)

    return number
