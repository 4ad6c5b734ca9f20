"""History from the table that the Next.js app writes."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import dj_database_url
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.utils.timezone import now

from tracking.loading.bulk import OtherRun
from tracking.loading.importing import Outcome, import_rows
from tracking.loading.old_table import Table, UnusableTable
from tracking.management.progress import Progress
from tracking.models import BulkLoad
from tracking.upkeep.retention import first_live_at


class Command(BaseCommand):
    help = (
        "Imports the old table ai_metrics, each row once and in the hour in which it was created."
        " A missing business or model becomes `unknown`, missing tokens the sum of their parts."
        " Safe to interrupt and to repeat: it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database-url",
            metavar="URL",
            help="Where the table is; without it, in the service's own database.",
        )
        parser.add_argument(
            "--until",
            metavar="TIME",
            help="Only rows created before this ISO 8601 time (UTC where it names no zone)."
            " Without it: before this service's first live request, since the app posts here"
            " what it writes there, and it would count twice; if there was none, all rows.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if BulkLoad.objects.is_demo():
            raise CommandError("This database holds demo data. Import into another one.")
        wanted = _moment(options["until"]) if options["until"] else first_live_at()
        until = min(wanted or now(), now())
        outcome = Outcome()
        progress = Progress(self.stderr, options["verbosity"])
        try:
            with _source(options["database_url"]) as source:
                table = Table(source)
                for rows in import_rows(table, until, outcome):
                    progress.advance(rows)
                left = table.count_since(until)
        except (OtherRun, UnusableTable, DatabaseError) as error:
            raise CommandError(str(error).strip()) from error
        self._report(outcome, left, until)

    def _report(self, outcome: Outcome, left: int, until: datetime) -> None:
        self.stdout.write(f"Imported {outcome.stored:,} requests.")
        if outcome.duplicates:
            self.stdout.write(f"{outcome.duplicates:,} rows had been imported before.")
        for reason, count in outcome.refused.items():
            ids = ", ".join(outcome.examples[reason])
            self.stdout.write(f"Refused {count:,} rows: {reason} (id {ids})")
        if left:
            self.stdout.write(
                f"Left out {left:,} rows created from {until:%Y-%m-%d %H:%M:%S} UTC on"
                " (--until sets that time)."
            )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"--until {text}: give a time like 2026-01-31T12:00:00Z.") from error


@contextmanager
def _source(database_url: str | None) -> Iterator[BaseDatabaseWrapper]:
    if not database_url:
        yield connection
        return
    with closing(_connect(database_url)) as other:
        yield other


def _connect(database_url: str) -> BaseDatabaseWrapper:
    if not database_url.startswith(("postgres://", "postgresql://", "sqlite://")):
        raise CommandError("--database-url: give a postgresql:// or a sqlite:// URL.")
    try:
        return ConnectionHandler({"default": dj_database_url.parse(database_url)})["default"]
    except ValueError as error:
        raise CommandError(f"--database-url: {error}") from error
