"""The figures of one business over a number of days, read from its rollups. Knows no Django."""

from datetime import datetime, timedelta
from typing import Any

from tracking.database import Database
from tracking.periods import HOUR, floor_hour, spans

NAMES = (
    "requests",
    "duration_ms",
    "total_tokens",
    "cost_usd",
    "appointments_requested",
    "appointments_booked",
    "human_handoffs",
)

_OF_ROLLUPS = f"""
    SELECT {", ".join(f"coalesce(sum({name}), 0)" for name in NAMES)} FROM tracking_rollup
    WHERE label_set_id IN (SELECT id FROM tracking_labelset WHERE business_id = %s)
"""
_SPAN = "(period = %s AND starts_at >= %s AND starts_at < %s)"

# Requests that were counted under another business's name (`other`).
_OF_FOLDED = """
    SELECT count(*), coalesce(sum(duration_ms), 0), coalesce(sum(total_tokens), 0),
        coalesce(sum(cost_usd), 0), count(CASE WHEN appointment_requested THEN 1 END),
        count(CASE WHEN appointment_booked THEN 1 END),
        count(CASE WHEN human_handoff_requested THEN 1 END)
    FROM tracking_airequest
    WHERE business_id = %s AND folded AND received_at >= %s AND received_at < %s
        AND label_set_id NOT IN (SELECT id FROM tracking_labelset WHERE business_id = %s)
"""


def business_metrics(
    database: Database, business_id: str, days: int, now: datetime
) -> dict[str, Any]:
    """In the old service's words; means and rates are null where nothing was counted.

    The window ends with the current hour and begins `days` days before that.
    """
    until = floor_hour(now) + HOUR
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
    of_rollups = f"{_OF_ROLLUPS} AND ({' OR '.join([_SPAN] * len(window))})"
    parameters = [part for span in window for part in (int(span[0]), *span[1:])]
    [counted] = database.rows(of_rollups, [business_id, *parameters])
    [folded] = database.rows(_OF_FOLDED, [business_id, since, until, business_id])
    return {
        # PostgreSQL adds bigints up to a Decimal.
        name: one + other if name in ("duration_ms", "cost_usd") else int(one + other)
        for name, one, other in zip(NAMES, counted, folded, strict=True)
    }


def _ratio(total: float, count: float, places: int) -> float | None:
    return round(float(total) / float(count), places) if count else None
