"""The hour or the minute in UTC that a stored time lies in, as both databases find it quickly."""

from datetime import UTC, timedelta
from typing import Any

from django.db.models.functions import TruncHour, TruncMinute

from deployments.reported import HOUR


class _AsText:
    """SQLite calls Python for each time that it truncates, for ten times as long as it takes to
    cut the text in which Django stores them there."""

    kept: int
    filled: str

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        sql, parameters = compiler.compile(self.lhs)  # type: ignore[attr-defined]
        return f"substr({sql}, 1, {self.kept}) || '{self.filled}'", parameters


class _Hour(_AsText, TruncHour):
    kept, filled = len("2026-11-22 14"), ":00:00"


class _Minute(_AsText, TruncMinute):
    kept, filled = len("2026-11-22 14:05"), ":00"


def step_of(field: str, length: timedelta) -> TruncHour | TruncMinute:
    """Hours, or minutes for a `length` below an hour."""
    return (_Hour if length >= HOUR else _Minute)(field, tzinfo=UTC)
