"""Holds the rollups against the requests that they count."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.management.progress import Progress
from tracking.models import LabelSet
from tracking.store.fold import MEASURES
from tracking.store.periods import Period
from tracking.store.through_django import ThroughDjango
from tracking.upkeep.audit import Mismatch, Window, mend, mismatches, windows

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Rewrites the hour and day rollups of the days that have requests, and raises all-time"
        " rollups (the Prometheus counters) that are too low; it lowers none. Rollups of pruned"
        " days are raised only, too. Records may come in meanwhile. Safe to repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help=f"Change nothing: report differences (the first {SHOWN}); exit code 1 if any.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(self.stderr, options["verbosity"], "rollup windows")
        differing = 0
        ThroughDjango().fold()
        for window in windows():
            differing += self._check(window, differing) if options["check"] else mend(window)
            progress.advance(1)
        if options["check"] and differing:
            raise CommandError(
                f"{differing:,} differences (shown: {min(differing, SHOWN)})."
                " To mend them: python manage.py rebuild_rollups"
            )
        self.stdout.write(f"Mended {differing:,} rollups." if differing else "no difference")

    def _check(self, window: Window, before: int) -> int:
        """Answers how many columns differ; shows them while there is room."""
        differing = 0
        for mismatch in mismatches(window):
            for column in mismatch.columns:
                differing += 1
                if before + differing <= SHOWN:
                    self.stdout.write(_line(mismatch, column))
        return differing


def _line(mismatch: Mismatch, column: str) -> str:
    place = MEASURES.index(column)
    starts_at, label_set_id, duration_bin = mismatch.key
    return (
        f"{Period(mismatch.period).name.lower()} {starts_at:%Y-%m-%d %H:%M}"
        f" label set {label_set_id} ({LabelSet.objects.filter(pk=label_set_id).first()})"
        f" bin {duration_bin} {column}:"
        f" rollup {mismatch.of_total[place]}, requests {mismatch.of_requests[place]}"
    )
