"""The database through Django's connection, as its views and its commands use it."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from tracking.errors import Refusal, database_away, database_not_migrated
from tracking.store import append
from tracking.store.append import Stored
from tracking.store.record import Record


class ThroughDjango:
    """The Database that Django's settings name."""

    def save(self, records: list[Record]) -> list[Stored]:
        with _refusals():
            return store_records(records)

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with _refusals(), connection.cursor() as cursor:
            cursor.execute(sql, [_adapted(parameter) for parameter in parameters])
            return list(cursor.fetchall())


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, ProgrammingError) as error:
        connection.close_if_unusable_or_obsolete()
        raise _refusal(error) from error


def _adapted(parameter: Any) -> Any:
    """SQLite keeps times as text."""
    if isinstance(parameter, datetime):
        return connection.ops.adapt_datetimefield_value(parameter)
    return parameter


def store_records(records: list[Record]) -> list[Stored]:
    """With the database's own errors. Label sets known to a wiped database are forgotten, and the
    records tried once more."""
    try:
        return _store(records)
    except IntegrityError:
        append.known_sets.forget()
        return _store(records)


def _store(records: list[Record]) -> list[Stored]:
    with _transaction(), connection.cursor() as cursor:
        return append.store_records(cursor, connection.vendor, records, settings.MAX_LABEL_SETS)


def _transaction() -> AbstractContextManager[None]:
    """PostgreSQL stores in one statement, and commits new label sets before it: batches that make
    the same sets in another order would otherwise wait for each other."""
    return transaction.atomic() if connection.vendor == "sqlite" else nullcontext()


def _refusal(error: Exception) -> Refusal:
    append.known_sets.forget()
    if isinstance(error, ProgrammingError) or "no such table" in str(error):
        return database_not_migrated()
    return database_away()
