"""Requests as CSV or JSON lines of one array, a line at a time."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from tracking.models import AIRequest

COLUMNS = (
    "id",
    "business_id",
    "request_id",
    "received_at",
    "occurred_at",
    "conversation_id",
    "session_id",
    "provider_name",
    "request_model",
    "operation_name",
    "response_type",
    "intent",
    "error_type",
    "deployment",
    "duration_ms",
    "time_to_first_chunk_ms",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cost_usd",
    "success_rate",
    "user_satisfaction",
    "appointment_requested",
    "appointment_booked",
    "human_handoff_requested",
    "user_message_length",
    "ai_response_length",
    "metadata",
)
# A spreadsheet would run a cell that begins so: some skip blanks before, some take signs of full
# width for the plain ones, and some split cells at a bar.
FORMULA_STARTS = tuple("=+-@\t\r\n|%＝＋－＠")
BLANKS = " \u3000\u00a0"
CHUNK = 2_000


class _Echo:
    """What csv.writer writes to; it hands each line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(requests: Iterable[AIRequest]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for ai_request in requests:
        yield writer.writerow([defused(_plain(getattr(ai_request, column))) for column in COLUMNS])


def as_json(requests: Iterable[AIRequest]) -> Iterator[str]:
    comma = "["
    for ai_request in requests:
        row = {column: _plain(getattr(ai_request, column)) for column in COLUMNS}
        yield f"{comma}\n{json.dumps(row)}"
        comma = ","
    yield "\n]\n" if comma == "," else "[]\n"


def defused(value: Any) -> Any:
    """Text that begins a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, (dict, list)):
        value = json.dumps(value)
    if isinstance(value, str) and value.lstrip(BLANKS).startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
