"""`prune_requests`: old requests go, what was counted stays."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from tests.build import record, store_records
from tests.metrics import counters
from tracking.models import AIRequest, LabelSet, Pruning, Rollup
from tracking.store.through_django import ThroughDjango
from tracking.upkeep import retention

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW):
        yield


def store_days_ago(*ages: float) -> None:
    store_records([record(received_at=NOW - timedelta(days=age)) for age in ages])


def prune(capsys, *arguments):
    call_command("prune_requests", *arguments)
    return capsys.readouterr().out


def test_it_works(capsys):
    store_days_ago(100, 92, 80, 0)
    assert "Deleted 2 requests" in prune(capsys, "--older-than=90d")
    assert AIRequest.objects.count() == 2


def test_no_counter_falls(capsys):
    store_days_ago(100, 50, 0)
    before = counters()
    prune(capsys, "--older-than=0d")
    assert AIRequest.objects.count() == 0
    assert counters() == before


def test_rollups_and_label_sets_stay(capsys):
    store_days_ago(100, 100)
    ThroughDjango().fold()
    rollups = Rollup.objects.count()
    assert f"{rollups} rollups stay" in prune(capsys, "--older-than=12w")
    assert (Rollup.objects.count(), LabelSet.objects.count()) == (rollups, 1)


def test_whole_utc_days_go(capsys):
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=7)
    just_before = midnight - timedelta(microseconds=1)
    store_records([record(received_at=midnight), record(received_at=just_before)])
    prune(capsys, "--older-than=1w")
    assert AIRequest.objects.get().received_at == midnight


def test_a_dry_run_changes_nothing(capsys):
    store_days_ago(100, 0)
    assert "Would delete 1 requests" in prune(capsys, "--older-than=90d", "--dry-run")
    assert AIRequest.objects.count() == 2
    assert not Pruning.objects.exists()


def test_it_is_safe_to_repeat(capsys):
    store_days_ago(100, 0)
    prune(capsys, "--older-than=90d")
    assert "Deleted 0 requests" in prune(capsys, "--older-than=90d")
    assert AIRequest.objects.count() == 1


def test_it_deletes_in_chunks(monkeypatch):
    monkeypatch.setattr(retention, "CHUNK_ROWS", 2)
    store_days_ago(*[100.0] * 5)
    assert list(retention.prune(NOW)) == [2, 2, 1]
    assert Pruning.objects.get().deleted == 5


@pytest.mark.parametrize("age", ["90", "d", "1h", "-1d", "0w", "00d", "1.5d", "99999d", "٣d", ""])
def test_it_refuses_what_is_no_age(age):
    with pytest.raises(CommandError, match="Give days or weeks, like 90d or 12w"):
        call_command("prune_requests", f"--older-than={age}")


def test_a_dry_run_counts_what_would_go(capsys, time_machine):
    time_machine.move_to("2026-03-08T12:00Z", tick=False)
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    just_before = midnight - timedelta(microseconds=1)
    store_records([record(received_at=midnight), record(received_at=just_before)])
    assert "Would delete 1 requests" in prune(capsys, "--older-than=7d", "--dry-run")
