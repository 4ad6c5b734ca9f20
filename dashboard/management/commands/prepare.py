"""Gets the database ready for a start; of several at once, each waits for the one before it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

# Any number that nobody else takes.
LOCK = 5_001_000_005


class Command(BaseCommand):
    help = (
        "Migrates the database and makes an administrator if there is none, as each start of the"
        " service does. Several starting at once take turns. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with _turn():
            call_command("migrate", interactive=False, verbosity=options["verbosity"] - 1)
            call_command("ensure_admin")


@contextmanager
def _turn() -> Iterator[None]:
    if connection.vendor == "sqlite":
        yield from _turn_on_this_machine(Path(connection.settings_dict["NAME"]).parent)
    else:
        yield from _turn_at_the_database()


def _turn_on_this_machine(folder: Path) -> Iterator[None]:
    """The folder is locked, not the file: closing that would end SQLite's own locks."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _turn_at_the_database() -> Iterator[None]:
    """The lock lasts as long as its transaction, which a pooler keeps on one session."""
    waiting = connection.copy()
    with closing(waiting), waiting.cursor() as cursor:
        waiting.set_autocommit(False)
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield
        waiting.rollback()
