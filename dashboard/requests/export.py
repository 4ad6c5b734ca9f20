"""Requests as CSV or JSON lines of one array, a line at a time."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from dashboard.frame.csv_file import csv_lines
from tracking.models import AIRequest

COLUMNS = (
    "id",
    "business_id",
    "request_id",
    "response_id",
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
    "outcome",
    "deployment",
    "duration_ms",
    "time_to_first_chunk_ms",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_read_tokens",
    "cached_write_tokens",
    "reasoning_tokens",
    "token_mismatch",
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
CHUNK = 2_000


def as_csv(requests: Iterable[AIRequest]) -> Iterator[str]:
    rows = ([_plain(value_of(each, column)) for column in COLUMNS] for each in requests)
    yield from csv_lines(COLUMNS, rows)


def as_json(requests: Iterable[AIRequest]) -> Iterator[str]:
    comma = "["
    for ai_request in requests:
        row = {column: _plain(value_of(ai_request, column)) for column in COLUMNS}
        yield f"{comma}\n{json.dumps(row)}"
        comma = ","
    yield "\n]\n" if comma == "," else "[]\n"


def value_of(ai_request: AIRequest, column: str) -> Any:
    """The outcome in a word, which is stored only where the error type doesn't say it."""
    return ai_request.outcome_word if column == "outcome" else getattr(ai_request, column)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
