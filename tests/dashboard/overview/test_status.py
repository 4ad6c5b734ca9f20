"""The status strip below the overview."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils.html import strip_tags

from deployments.models import Deployment, LambdaReport
from tests.build import record, store_records
from tracking.models import BulkLoad

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, 34, 56, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def strip_of(client, window="1h"):
    """Its words and what they say."""
    store_records([record(request_id="newest", received_at=NOW)])
    html = client.get("/dashboard/", {"window": window}).content.decode()
    lines = html[html.index('class="status"') :].split("</div>")
    pairs = [strip_tags(line[line.find("<dt>") :]) for line in lines if "<dt>" in line]
    return " | ".join(" ".join(pair.split()) for pair in pairs)


def report(n, **fields):
    deployment, _ = Deployment.objects.get_or_create(name="lambda")
    LambdaReport.objects.create(
        deployment=deployment, line_key=f"{n}", imported_at=NOW, reported_at=NOW, **fields
    )


def test_without_reports_it_says_nothing_of_cold_starts(admin):
    assert "old start" not in strip_of(admin)


def test_cold_starts_are_those_of_the_newest_reports(admin, monkeypatch):
    monkeypatch.setattr("dashboard.overview.status.COLD_STARTS_OF", 4)
    for n, init in enumerate([900.0, 900.0, None, 800.0, None]):
        report(n, init_duration_ms=init)
    report(5, init_duration_ms=9_000.0, init_only=True)
    assert "Cold starts50 % of the newest 4 reported calls" in strip_of(admin)


def test_a_restored_snapshot_is_a_cold_start(admin):
    report(1, restore_duration_ms=300.0)
    report(2)
    assert "Cold starts50 % of the newest 2 reported calls" in strip_of(admin)


def test_the_last_request_is_exact_where_requests_are_read(admin):
    assert f"Last request{NOW.day} {NOW:%b %H:%M:%S}" in strip_of(admin)
    assert f"Last requestin the hour from {NOW.day} {NOW:%b %H}:00" in strip_of(admin, "24h")


def test_an_import_says_how_far_it_came(admin):
    end = NOW - timedelta(days=3)
    BulkLoad.objects.create(source="ai_metrics", stored=12_431, covered_until=end)
    covered = f"{end.day} {end:%b %Y %H:%M}"
    assert f"ai_metrics, 12,431 records, up to {covered}" in strip_of(admin)
    BulkLoad.objects.update(until=NOW)
    assert "12,431 records, not finished" in strip_of(admin)
