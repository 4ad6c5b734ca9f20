"""The database through Django's connection, as its views and its commands use it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction

from tracking.store import append
from tracking.store.database import Database
from tracking.store.faults import refusal_of
from tracking.store.labels import Cursor

T = TypeVar("T")


class ThroughDjango(Database):
    """The Database that Django's settings name."""

    def __init__(self) -> None:
        super().__init__(connection.vendor, settings.MAX_LABEL_SETS)

    def run(self, work: Callable[[Cursor], T]) -> T:
        """Label sets known to a wiped database are forgotten, and the work is tried once more."""
        with _refusals():
            try:
                return _in_transaction(work)
            except IntegrityError:
                append.known_sets.forget()
                return _in_transaction(work)

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with _refusals(), connection.cursor() as cursor:
            cursor.execute(sql, [_adapted(parameter) for parameter in parameters])
            return list(cursor.fetchall())


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Error as error:
        append.known_sets.forget()
        connection.close_if_unusable_or_obsolete()
        if refusal := refusal_of(error):
            raise refusal from error
        raise


def _in_transaction(work: Callable[[Cursor], T]) -> T:
    with _transaction(), connection.cursor() as cursor:
        return work(cursor)


def _transaction() -> AbstractContextManager[None]:
    """PostgreSQL stores in one statement, and commits new label sets before it: batches that make
    the same sets in another order would otherwise wait for each other."""
    return transaction.atomic() if connection.vendor == "sqlite" else nullcontext()


def _adapted(parameter: Any) -> Any:
    """SQLite keeps times as text."""
    if isinstance(parameter, datetime):
        return connection.ops.adapt_datetimefield_value(parameter)
    return parameter
