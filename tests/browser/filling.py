"""What the pages are shown with: two days of requests and a week of measurements."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.test import Client

from tests.build import record, store_records
from tests.measurements import a_week


def fill() -> None:
    """Besides, the administrator `ada`; prints the key of a session of hers."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada", password="lovelace"))
    print(client.cookies["sessionid"].value)
    now = datetime.now(UTC)
    a_week(now)
    store_records(
        [
            record(
                business_id=("clinic", "vet")[n % 2],
                request_model=("gpt-5-mini", "gpt-5")[n % 3 == 0],
                received_at=now - n * timedelta(minutes=7),
                duration_ms=400.0 + 37 * (n % 60),
                error_type="timeout" if n % 50 == 3 else "",
                conversation_id=f"talk-{n // 3}",
            )
            for n in range(400)
        ]
    )
