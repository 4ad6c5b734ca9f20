"""Two months of requests with some at each edge of a window, and what pages state of theirs."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.build import record
from tracking.models import AIRequest

# The day on which Europe's clocks go forward.
NOW = datetime(2026, 3, 29, 12, 34, 56, tzinfo=UTC)
ZONES = ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/St_Johns"]


def a_month():
    """One request for each 61 minutes of 61 days, so that each edge of a window has some."""
    return [
        record(
            business_id=f"clinic-{n % 3}",
            request_model=f"model-{n % 2}",
            intent=("general", "appointment")[n % 2],
            received_at=NOW - n * timedelta(minutes=61),
            error_type="timeout" if n % 40 == 7 else "",
            duration_ms=300.0 + (n * 7919) % 4_000,
            cost_usd=None if n % 5 == 0 else Decimal("0.001") * (n % 7),
            appointment_requested=n % 4 == 1,
            appointment_booked=n % 8 == 1,
            human_handoff_requested=n % 9 == 0,
            conversation_id=None if n % 10 == 0 else f"talk-{n // 4}",
            time_to_first_chunk_ms=100.0 + n % 300 if n % 3 == 0 else None,
            user_satisfaction=1.0 + n % 5 if n % 6 == 0 else None,
        )
        for n in range(61 * 24)
    ] + [record(received_at=NOW - n * timedelta(minutes=1)) for n in range(50)]


def rows_between(since, until):
    return list(AIRequest.objects.filter(received_at__gte=since, received_at__lt=until))


def stated_window(html):
    """What the page says, read from its <time> elements."""
    return [
        datetime.fromisoformat(text) for text in re.findall(r'<time datetime="([^"]+)"', html)[:2]
    ]
