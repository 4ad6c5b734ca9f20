"""The database as the API uses it. Knows no Django.

Two stand behind it: Django's connection (`saving`), and one of its own that a cold environment
opens before Django is loaded (`connections`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from tracking.records import Record
from tracking.store import Stored


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
