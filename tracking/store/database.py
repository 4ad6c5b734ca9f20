"""The database as the API uses it, and the API's own connection to it. Knows no Django.

A cold environment opens that one before Django is loaded; Django's stands in `through_django`.
There is one for each thread, in autocommit, so that a record costs one round trip, and without
session state, so that a transaction pooler may stand between.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import psycopg2

from tracking.errors import database_away, database_not_migrated
from tracking.store import append
from tracking.store.append import Stored
from tracking.store.record import Record

CONNECT_TIMEOUT_SECONDS = 5
AWAY = (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.InternalError)

_local = threading.local()


T = TypeVar("T")


class Database(Protocol):
    """Raises a Refusal where the database is away or has no tables."""

    def save(self, records: list[Record]) -> list[Stored]:
        """Commits the records."""

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Of one statement, whose parameters are written `%s`."""


def moment(value: Any) -> datetime | None:
    """A time as either database hands it over: SQLite has it as text in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if isinstance(value, datetime) else None


class Direct:
    """The Database behind `database_url`."""

    def __init__(self, database_url: str, max_label_sets: int) -> None:
        self.database_url = database_url
        self.max_label_sets = max_label_sets

    def save(self, records: list[Record]) -> list[Stored]:
        """Sending again is safe: each record has a key, and is counted once."""
        cap = self.max_label_sets
        return self._run(lambda cursor: append.store_records(cursor, "postgresql", records, cap))

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        def read(cursor: Any) -> list[tuple[Any, ...]]:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

        return self._run(read)

    def _run(self, work: Callable[[Any], T]) -> T:
        try:
            return self._run_or_reconnect(work)
        except AWAY as error:
            raise database_away() from error
        except psycopg2.ProgrammingError as error:
            raise database_not_migrated() from error

    def _run_or_reconnect(self, work: Callable[[Any], T]) -> T:
        """A connection that turns out to be stale is replaced once."""
        reused = hasattr(_local, "connection")
        try:
            return self._run_once(work)
        except (*AWAY, psycopg2.IntegrityError):
            close()
            if not reused:
                raise
        return self._run_once(work)

    def _run_once(self, work: Callable[[Any], T]) -> T:
        with _connection(self.database_url).cursor() as cursor:
            return work(cursor)


def _connection(database_url: str) -> Any:
    if not hasattr(_local, "connection"):
        connection = psycopg2.connect(database_url, connect_timeout=CONNECT_TIMEOUT_SECONDS)
        connection.autocommit = True
        _local.connection = connection
    return _local.connection


def close() -> None:
    """Gives the thread's connection up, and what was learned through it."""
    append.known_sets.forget()
    if hasattr(_local, "connection"):
        _local.connection.close()
        del _local.connection
