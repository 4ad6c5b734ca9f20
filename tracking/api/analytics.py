"""Answers `GET /analytics/<business>`: its figures over a number of days. Knows no Django."""

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from tracking.api.exchange import Answer, Call, json_answer
from tracking.errors import bad_field
from tracking.store.database import Database
from tracking.store.periods import HOUR, floor_hour, spans
from tracking.store.record import ID_MAX

ANALYTICS_PATH = "/analytics/"
ANALYTICS_MAX_DAYS = 366
DAYS = re.compile("[0-9]{1,9}")

NAMES = (
    "requests",
    "duration_ms",
    "total_tokens",
    "cost_usd",
    "appointments_requested",
    "appointments_booked",
    "human_handoffs",
)

_SUMS = f"SELECT {', '.join(f'coalesce(sum({name}), 0)' for name in NAMES)}"
_COUNTED = f"""
    {_SUMS} FROM tracking_total
    WHERE label_set_id IN (SELECT id FROM tracking_labelset WHERE business_id = %s)
"""
_SPAN = "(period = %s AND starts_at >= %s AND starts_at < %s)"

# Requests that were counted under another business's name (`other`).
_FOLDED = f"""
    {_SUMS} FROM tracking_addend
    WHERE business_id = %s AND folded = 1 AND received_at >= %s AND received_at < %s
        AND label_set_id NOT IN (SELECT id FROM tracking_labelset WHERE business_id = %s)
"""


def analytics(call: Call) -> Answer:
    now = datetime.now(UTC)
    until = floor_hour(now) + HOUR
    days = _days(call.meta.get("QUERY_STRING", ""))
    business_id = call.path.removeprefix(ANALYTICS_PATH)
    if not 1 <= len(business_id) <= ID_MAX or "\x00" in business_id:
        raise bad_field("business_id", f"must have 1 to {ID_MAX} characters, none of them NUL")
    body = {
        "business_id": business_id,
        "period": f"{days}_days",
        "since": until - timedelta(days=days),
        "until": until,
        "metrics": business_metrics(call.database, business_id, days, until),
        "monitoring": "prometheus",
        "prometheus_metrics_url": "/metrics",
        "timestamp": now,
    }
    return json_answer(HTTPStatus.OK, body)


def _days(query: str) -> int:
    text = parse_qs(query, keep_blank_values=True).get("days", ["30"])[-1]
    if not (DAYS.fullmatch(text) and 1 <= int(text) <= ANALYTICS_MAX_DAYS):
        raise bad_field("days", f"must be a whole number from 1 to {ANALYTICS_MAX_DAYS}")
    return int(text)


def business_metrics(
    database: Database, business_id: str, days: int, until: datetime
) -> dict[str, Any]:
    """In the old service's words; means and rates are null where nothing was counted.

    The window ends with an hour and begins `days` days before that.
    """
    sums = _sums(database, business_id, until - timedelta(days=days), until)
    return {
        "total_conversations": sums["requests"],
        "avg_response_time_ms": _ratio(sums["duration_ms"], sums["requests"], 1),
        "avg_tokens_used": _ratio(sums["total_tokens"], sums["requests"], 1),
        "total_api_cost_usd": round(float(sums["cost_usd"]), 6),
        "appointment_requests": sums["appointments_requested"],
        "appointments_booked": sums["appointments_booked"],
        "human_handoffs": sums["human_handoffs"],
        "appointment_conversion_rate": _ratio(
            sums["appointments_booked"], sums["appointments_requested"], 4
        ),
    }


def _sums(database: Database, business_id: str, since: datetime, until: datetime) -> dict[str, Any]:
    window = spans(since, until)
    in_window = f"{_COUNTED} AND ({' OR '.join([_SPAN] * len(window))})"
    parameters = [part for span in window for part in (int(span[0]), *span[1:])]
    [counted] = database.rows(in_window, [business_id, *parameters])
    [folded] = database.rows(_FOLDED, [business_id, since, until, business_id])
    return {
        # PostgreSQL adds bigints up to a Decimal.
        name: one + other if name in ("duration_ms", "cost_usd") else int(one + other)
        for name, one, other in zip(NAMES, counted, folded, strict=True)
    }


def _ratio(total: float, count: float, places: int) -> float | None:
    return round(float(total) / float(count), places) if count else None
