"""Retention: deletes old requests, keeps what was counted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from tracking.management.progress import Progress
from tracking.models import AIRequest, Rollup
from tracking.upkeep.retention import days_of, prune, prune_before


class Command(BaseCommand):
    help = (
        "Deletes requests received before the start of the UTC day so long ago. Rollups stay:"
        " /metrics, /analytics and the dashboard go on telling the same totals. Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than",
            required=True,
            metavar="AGE",
            help="Days or weeks: 90d, 12w. 0d deletes every request received up to now.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say how many.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            before = prune_before(days_of(options["older_than"]), now())
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["dry_run"]:
            count = AIRequest.objects.filter(received_at__lt=before).count()
            self.stdout.write(
                f"Would delete {count:,} requests received before {before:%Y-%m-%d %H:%M:%S} UTC."
            )
            return
        progress = Progress(self.stderr, options["verbosity"])
        for rows in prune(before):
            progress.advance(rows)
        self.stdout.write(
            f"Deleted {progress.done:,} requests received before {before:%Y-%m-%d %H:%M:%S} UTC."
            f" {AIRequest.objects.count():,} requests and {Rollup.objects.count():,} rollups stay."
        )
