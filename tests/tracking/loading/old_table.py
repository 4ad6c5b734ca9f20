"""The old table `ai_metrics`, as installations of the Next.js app have it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection

from tracking.models import AIRequest

NOW = datetime.now(UTC)

CREATE = """
    CREATE TABLE ai_metrics (
        id {id}, business_id text, conversation_id text, session_id text, response_time_ms integer,
        success_rate {rate}, tokens_used integer, prompt_tokens integer, completion_tokens integer,
        api_cost_usd {rate}, model_name text, intent_detected text, appointment_requested boolean,
        human_handoff_requested boolean, appointment_booked boolean, user_message_length integer,
        ai_response_length integer, response_type text, created_at timestamp
    )
"""


def create_table(*, id_type="integer PRIMARY KEY", rate_type="numeric(12, 6)") -> None:
    with connection.cursor() as cursor:
        cursor.execute(CREATE.format(id=id_type, rate=rate_type))


def add_row(row_id: Any, **columns: Any) -> None:
    defaults = {
        "business_id": "clinic",
        "response_time_ms": 1200,
        "tokens_used": 300,
        "created_at": days_ago(10),
    }
    row = {"id": row_id, **(defaults | columns)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ai_metrics ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )


def add_rows(*row_ids: int, **columns: Any) -> None:
    for row_id in row_ids:
        add_row(row_id, **columns)


def days_ago(days: float) -> str:
    return f"{NOW - timedelta(days=days):%Y-%m-%d %H:%M:%S.%f}"


def run(capsys: Any, **options: Any) -> str:
    """What the import prints."""
    call_command("import_ai_metrics", **options)
    printed: str = capsys.readouterr().out
    return printed


def imported_ids() -> list[str]:
    ids = AIRequest.objects.order_by("id").values_list("request_id", flat=True)
    return [request_id.removeprefix("ai_metrics:") for request_id in ids]
