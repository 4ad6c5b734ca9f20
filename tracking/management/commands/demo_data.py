"""Data to look at before there is any."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from tracking.loading.bulk import OtherRun
from tracking.loading.demo import DemoRefused, load_demo
from tracking.management.progress import Progress
from tracking.models import AIRequest


class Command(BaseCommand):
    help = (
        "Fills an empty database with a believable month of requests, made up from a seed."
        " Refuses a database that has counted real requests. Safe to interrupt and to repeat:"
        " it goes on where it stopped."
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

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(self.stderr, options["verbosity"])
        arguments = (options["days"], options["requests_per_day"], options["seed"])
        try:
            for stored in load_demo(*arguments, now()):
                progress.advance(stored)
        except (DemoRefused, OtherRun) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Made {progress.done:,} demo requests; the database holds"
            f" {AIRequest.objects.count():,}."
        )


def _number(at_least: int, at_most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not at_least <= int(text[:12]) <= at_most:
            raise ArgumentTypeError(f"give a whole number from {at_least:,} to {at_most:,}")
        return int(text)

    return number
