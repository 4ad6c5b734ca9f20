"""The overview of few requests, or none."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from tests.build import record, store_records
from tracking.models import BulkLoad

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 29, 12, 34, 56, tzinfo=UTC)


def test_without_any_request_it_shows_what_to_send(admin):
    text = admin.get("/dashboard/").content.decode()
    assert "curl -X POST http://testserver/track" in text
    assert "MLOPS_SERVICE_URL=http://testserver" in text


def test_few_samples_are_called_few(admin):
    store_records([record() for _ in range(31)])
    text = admin.get("/dashboard/").content.decode()
    assert "too few samples: 31 of 72 needed" in text


def test_a_cost_that_nobody_sent_is_not_zero(admin):
    store_records([record(cost_usd=None)])
    cost = admin.get("/dashboard/").context["cards"][3]
    assert cost.figure == "unpriced"


def test_demo_data_is_called_so(admin):
    BulkLoad.objects.create(source="demo")
    assert "Demo data." in admin.get("/dashboard/").content.decode()
    assert "Demo data." in admin.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-01T10:00Z", "2026-03-01T11:00Z"),
        ("2026-03-01T10:00Z", "2026-03-02T10:00Z"),
        ("2026-03-01T00:00Z", "2026-03-11T00:00Z"),
    ],
)
def test_a_request_at_its_end_is_not_in_it(admin, since, until):
    """Whether it reads requests, hours or days."""
    start, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    before = timedelta(microseconds=1)
    store_records([record(received_at=at) for at in (start - before, start, end - before, end)])
    window = {"since": since, "until": until}
    assert admin.get("/dashboard/", window).context["figures"].requests == 2
    chart = admin.get("/dashboard/overview.json", window).json()
    assert sum(chart["series"]["worked"]) == 2


def test_what_named_no_cost_is_a_gap_and_not_free(admin):
    store_records([record(cost_usd=None, received_at=NOW)])
    store_records([record(cost_usd=Decimal("0.5"), received_at=NOW - timedelta(hours=2))])
    with time_machine.travel(NOW, tick=False):
        chart = admin.get("/dashboard/overview.json", {"window": "24h"}).json()
    assert [cost for cost in chart["series"]["cost_usd"] if cost is not None] == [0.5]


def test_it_says_when_the_newest_came_without_a_gap_before_the_full_stop(admin):
    store_records([record(received_at=NOW - timedelta(days=3))])
    with time_machine.travel(NOW, tick=False):
        page = admin.get("/dashboard/", {"window": "1h"}).content.decode()
    assert re.search(r"\d\d:\d\d:\d\d</time>\.", page)


@pytest.mark.parametrize("path", ["requests", "breakdown", "compare"])
def test_an_empty_database_offers_no_longer_window(admin, path):
    page = f"/dashboard/{path}/"
    assert "30 days</a>" not in admin.get(page).content.decode()
    store_records([record(received_at=datetime.now(UTC) - timedelta(days=3))])
    assert "30 days</a>" in admin.get(page).content.decode()
