"""Builders: what a test doesn't name has a plain default."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tracking.store.append import Stored
from tracking.store.record import Record
from tracking.store.through_django import ThroughDjango


def payload(**fields: Any) -> dict[str, Any]:
    """The JSON of one record as an old client sends it."""
    return {
        "business_id": "clinic",
        "response_time_ms": 1200.5,
        "tokens_used": 300,
        **fields,
    }


def full_payload(**fields: Any) -> dict[str, Any]:
    """Every field of the old wire format."""
    return payload(
        conversation_id="c-1",
        session_id="s-1",
        prompt_tokens=200,
        completion_tokens=100,
        api_cost_usd=0.0042,
        model_name="gpt-5-mini",
        success_rate=1.0,
        user_satisfaction=4.5,
        intent_detected="pricing",
        response_type="text",
        appointment_requested=True,
        appointment_booked=False,
        human_handoff_requested=False,
        user_message_length=40,
        ai_response_length=400,
        **fields,
    )


def record(**fields: Any) -> Record:
    """A record as the store takes it; request ids differ unless one is given."""
    defaults: dict[str, Any] = {
        "business_id": "clinic",
        "request_id": f"r{next(_numbers)}",
        "received_at": datetime.now(UTC),
        "provider_name": "openai",
        "request_model": "gpt-5-mini",
        "operation_name": "chat",
        "response_type": "text",
        "intent": "general",
        "error_type": "",
        "deployment": "",
        "duration_ms": 1200.5,
        "input_tokens": 200,
        "output_tokens": 100,
        "total_tokens": 300,
        "cost_usd": Decimal("0.0042"),
        "success_rate": 1.0,
        "appointment_requested": False,
        "appointment_booked": False,
        "human_handoff_requested": False,
    }
    return Record(**(defaults | fields))


_numbers = iter(range(1_000_000_000))


def store_records(records: list[Record]) -> list[Stored]:
    return ThroughDjango().save(records)
