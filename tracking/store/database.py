"""The database as the API uses it, and the API's own connection to it. Knows no Django.

A cold environment opens that one before Django is loaded; Django's stands in `through_django`.
It is in autocommit, so that a record costs one round trip, and without session state, so that a
transaction pooler may stand between.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

import psycopg2

from tracking.errors import Refusal
from tracking.store import append, deadline
from tracking.store.append import Appended, Stored, append_records
from tracking.store.faults import refusal_of
from tracking.store.fold import fold
from tracking.store.labels import Cursor
from tracking.store.record import Record

AWAY = (psycopg2.DatabaseError, psycopg2.InterfaceError)

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Database(ABC):
    """`vendor` is postgresql or sqlite; `max_label_sets` the cap on label sets."""

    def __init__(self, vendor: str, max_label_sets: int) -> None:
        self.vendor = vendor
        self.max_label_sets = max_label_sets

    @abstractmethod
    def run(self, work: Callable[[Cursor], T]) -> T:
        """Writes in one transaction, tried once more where the first has failed; a Refusal where
        the database is at fault."""

    def save(self, records: list[Record]) -> list[Stored]:
        """Commits the records. Sending again is safe: each has a key, and is counted once."""
        attempts = count()

        def append_to(cursor: Cursor) -> Appended:
            again = next(attempts) > 0
            return append_records(cursor, self.vendor, records, self.max_label_sets, again=again)

        one = len(records) == 1
        with deadline.within(deadline.RECORD_SECONDS if one else deadline.REQUEST_SECONDS):
            appended = self.run(append_to)
            if appended.fold_due:
                self.fold()
        return appended.stored

    def fold(self) -> None:
        """What it doesn't fold stays pending, counted all the same, until the next time."""
        try:
            self.run(lambda cursor: fold(cursor, self.vendor))
        except Refusal:
            logger.warning("Pending records weren't folded", exc_info=True)

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Of one statement, whose parameters are written `%s`."""


class Direct(Database):
    """The PostgreSQL behind `database_url`, for any number of threads.

    Each call has a connection to itself: the one that was idle last, or a new one.
    """

    def __init__(self, database_url: str, max_label_sets: int) -> None:
        super().__init__("postgresql", max_label_sets)
        self.database_url = database_url
        self._idle: list[Any] = []

    def run(self, work: Callable[[Cursor], T]) -> T:
        try:
            return self._run_or_reconnect(work)
        except psycopg2.Error as error:
            if refusal := refusal_of(error):
                raise refusal from error
            raise

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        def read(cursor: Cursor) -> list[tuple[Any, ...]]:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

        return self.run(read)

    def close(self) -> None:
        """Gives idle connections up, and what was learned through them."""
        append.known_sets.forget()
        while connection := self._last_idle():
            connection.close()

    def _run_or_reconnect(self, work: Callable[[Cursor], T]) -> T:
        """A connection that turns out to be stale, or to say nothing, is replaced once."""
        if connection := self._last_idle():
            try:
                with deadline.leaving_time_for_another():
                    return self._run_with(connection, work)
            except AWAY:
                pass
        return self._run_with(self._connected(), work)

    def _last_idle(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connected(self) -> Any:
        connection = psycopg2.connect(self.database_url)
        connection.autocommit = True
        return connection

    def _run_with(self, connection: Any, work: Callable[[Cursor], T]) -> T:
        try:
            with connection.cursor() as cursor:
                return work(cursor)
        except (*AWAY, psycopg2.IntegrityError):
            append.known_sets.forget()
            connection.close()
            raise
        finally:
            if not connection.closed:
                self._idle.append(connection)


def moment(value: Any) -> datetime | None:
    """A time as either database hands it over: SQLite has it as text in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if isinstance(value, datetime) else None
