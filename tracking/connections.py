"""The API's own connection to PostgreSQL: one for each thread. Knows no Django.

Connections are in autocommit, so that a record costs one round trip, and keep no session state,
so that a transaction pooler may stand between.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg2

from tracking import store
from tracking.errors import database_away, database_not_migrated
from tracking.records import Record
from tracking.store import Stored

CONNECT_TIMEOUT_SECONDS = 5
AWAY = (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.InternalError)

_local = threading.local()


T = TypeVar("T")


class Direct:
    """The Database behind `database_url`."""

    def __init__(self, database_url: str, max_label_sets: int) -> None:
        self.database_url = database_url
        self.max_label_sets = max_label_sets

    def save(self, records: list[Record]) -> list[Stored]:
        """Sending again is safe: each record has a key, and is counted once."""
        cap = self.max_label_sets
        return self._run(lambda cursor: store.store_records(cursor, "postgresql", records, cap))

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
    store.known_sets.forget()
    if hasattr(_local, "connection"):
        _local.connection.close()
        del _local.connection
