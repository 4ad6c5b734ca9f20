from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from tests.browser.chromium import page_without_errors
from tests.build import record
from tests.tools import missing
from tracking.store.through_django import store_records

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="session")
def axe():
    if not AXE.exists():
        missing("axe-core is missing: npm ci")
    return AXE.read_text()


@pytest.fixture
def site(live_server, transactional_db):
    """The address of a running service with two days of requests and an administrator."""
    get_user_model().objects.create_superuser("ada", password="lovelace")
    now = datetime.now(UTC)
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
    return live_server.url


@pytest.fixture
def page(browser, site):
    with page_without_errors(browser, site, timezone_id="Asia/Kolkata") as found:
        yield found
