"""Reads the old table `ai_metrics`, which the Next.js app writes, in pages by id.

Its columns carry the names of the wire format, so a row is parsed like a posted record.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from tracking.errors import bad_field, bad_request
from tracking.querysets import AI_METRICS
from tracking.store.record import OCCURRED_YEARS, UNKNOWN, Record
from tracking.wire.parsing import parse_record

PAGE_ROWS = 1_000
# Past it a float can't tell integers apart.
INTEGERS_BELOW = 2**53
REQUIRED = ("id", "created_at", "response_time_ms")
TEXTS = (
    "business_id",
    "conversation_id",
    "session_id",
    "model_name",
    "intent_detected",
    "response_type",
)
BOOLEANS = ("appointment_requested", "human_handoff_requested", "appointment_booked")
NUMBERS = (
    "response_time_ms",
    "success_rate",
    "tokens_used",
    "prompt_tokens",
    "completion_tokens",
    "api_cost_usd",
    "user_message_length",
    "ai_response_length",
)
# The time as text that compares like a time; no driver reads PostgreSQL's `infinity` as a date.
CREATED_AT = {
    "postgresql": "created_at",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', created_at) || '000'",
}


class UnusableTable(Exception):
    """The table can't be read; the message says what to do."""


class Slice(NamedTuple):
    """Rows created before `until`, without those up to `covered_id` created before
    `covered_until`: they are done."""

    until: datetime
    covered_id: str
    covered_until: datetime | None


class Row(NamedTuple):
    """A row's id as text, and its columns that aren't NULL."""

    id: str
    columns: dict[str, Any]


class Table:
    """Of the database behind `connection`; raises an UnusableTable where it isn't there."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.created_at = CREATED_AT[connection.vendor]
        self.columns = self._known_columns()

    def pages(self, of: Slice, after_id: str) -> Iterator[list[Row]]:
        """In the order of ids, each page by a statement of its own: a pooler keeps no cursor."""
        while page := self._page(of, after_id):
            yield page
            after_id = page[-1].id

    def last_id(self) -> str:
        rows = self._rows("SELECT id FROM ai_metrics ORDER BY id DESC LIMIT 1", [])
        return str(rows[0][0]) if rows else ""

    def count_since(self, moment: datetime) -> int:
        query = f"SELECT count(*) FROM ai_metrics WHERE {self.created_at} >= %s"
        return int(self._rows(query, [_text(moment)])[0][0])

    def _page(self, of: Slice, after_id: str) -> list[Row]:
        conditions = [f"({self.created_at} IS NULL OR {self.created_at} < %s)"]
        values: list[Any] = [_text(of.until)]
        if of.covered_until:
            conditions.append(f"(id > %s OR {self.created_at} IS NULL OR {self.created_at} >= %s)")
            values += [of.covered_id, _text(of.covered_until)]
        if after_id:
            conditions.append("id > %s")
            values.append(after_id)
        columns = ["id", "CAST(created_at AS text)", *self.columns]
        query = (
            f"SELECT {', '.join(columns)} FROM ai_metrics WHERE {' AND '.join(conditions)}"
            f" ORDER BY id LIMIT {PAGE_ROWS}"
        )
        return [self._row(values) for values in self._rows(query, values)]

    def _row(self, values: tuple[Any, ...]) -> Row:
        named = zip(("created_at", *self.columns), values[1:], strict=True)
        return Row(str(values[0]), {name: value for name, value in named if value is not None})

    def _known_columns(self) -> list[str]:
        with self.connection.cursor() as cursor:
            tables = self.connection.introspection.table_names(cursor, include_views=True)
            if "ai_metrics" not in tables:
                raise UnusableTable(
                    "There is no table ai_metrics in this database. Name the database of the"
                    " Next.js app: --database-url postgresql://..."
                )
            description = self.connection.introspection.get_table_description(cursor, "ai_metrics")
        present = {column.name for column in description}
        if missing := [name for name in REQUIRED if name not in present]:
            raise UnusableTable(f"The table ai_metrics has no column {', '.join(missing)}.")
        return [name for name in (*TEXTS, *BOOLEANS, *NUMBERS) if name in present]

    def _rows(self, query: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())


def record_of_row(row: Row) -> Record:
    """The record of a row, received when it was created; raises a Refusal that says why not."""
    created_at = _created_at(row.columns.get("created_at", ""))
    columns = {name: _json_value(name, value) for name, value in row.columns.items()}
    body = {
        "tokens_used": _tokens(columns),
        **columns,
        "business_id": columns.get("business_id") or UNKNOWN,
        "request_id": f"{AI_METRICS}:{row.id}",
        "occurred_at": created_at,
    }
    return parse_record(msgspec.json.encode(body), created_at).record


def _json_value(name: str, value: Any) -> Any:
    """SQLite has no booleans, and installations differ in their types of numbers."""
    if name in BOOLEANS and value in (0, 1):
        return bool(value)
    if name in NUMBERS and isinstance(value, (float, Decimal)) and isfinite(value):
        return _number(float(value))
    return str(value) if name in TEXTS else value


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < INTEGERS_BELOW else value


def _tokens(columns: dict[str, Any]) -> int:
    """Where the total is NULL: what is known of its parts."""
    parts = (columns.get("prompt_tokens"), columns.get("completion_tokens"))
    return sum(part for part in parts if isinstance(part, int))


def _created_at(text: str) -> datetime:
    if not text:
        raise bad_request("Missing required field: created_at")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.year not in OCCURRED_YEARS:
        raise bad_field("created_at", "must be a time in the years 2000 to 2099")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
