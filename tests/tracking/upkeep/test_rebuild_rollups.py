"""`rebuild_rollups`: rollups against the requests that they count."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Thread
from time import sleep

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Sum

from tests import database
from tests.build import record, store_records
from tests.metrics import counters, sums_of
from tracking.models import Rollup, Total
from tracking.store.fold import KEY, MEASURES
from tracking.store.periods import Period
from tracking.store.through_django import ThroughDjango
from tracking.upkeep.audit import ALL_TIME, mend, mismatches

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)


@pytest.fixture
def stored() -> None:
    """Requests of two days that fill every column."""
    store_records(
        [
            record(
                received_at=NOW - timedelta(hours=3 * number),
                duration_ms=90.1 * 1.5**number,
                cost_usd=None if number == 3 else Decimal("0.000123"),
                error_type="timeout" if number % 4 == 0 else "",
                success_rate=0.1 * number,
                appointment_requested=True,
                appointment_booked=number % 2 == 0,
                human_handoff_requested=number % 3 == 0,
            )
            for number in range(10)
        ]
    )
    ThroughDjango().fold()


def run(capsys, *arguments):
    call_command("rebuild_rollups", *arguments)
    return capsys.readouterr().out


def differences(capsys):
    with pytest.raises(CommandError) as raised:
        call_command("rebuild_rollups", "--check")
    assert raised.value.returncode == 1
    return capsys.readouterr().out + str(raised.value)


def sums() -> dict[object, tuple[object, ...]]:
    added = {f"sum_{name}": Sum(name) for name in MEASURES}
    rows = Total.objects.values_list(*KEY).annotate(**added).order_by()
    return {row[:4]: row[4:] for row in rows}


def _requests(rows: dict[object, tuple[object, ...]]) -> dict[object, object]:
    return {key: row[0] for key, row in rows.items()}


def every():
    return Rollup.objects.all()


def test_it_works(stored, capsys):
    assert run(capsys, "--check") == "no difference\n"
    assert run(capsys) == "no difference\n"


def test_an_empty_database_has_no_difference(capsys):
    assert run(capsys, "--check") == "no difference\n"


@pytest.mark.parametrize("column", MEASURES)
def test_it_finds_and_mends_a_column_that_is_too_low(stored, capsys, column):
    every().update(**{column: F(column) - 5})
    report = differences(capsys)
    assert f" {column}: rollup " in report
    assert f"{every().count()} differences" in report
    assert run(capsys) == f"Mended {every().count()} rollups.\n"
    assert run(capsys, "--check") == "no difference\n"


@pytest.mark.parametrize("period", list(Period))
def test_it_looks_at_every_period(stored, capsys, period):
    every().filter(period=period).update(requests=F("requests") - 1)
    assert differences(capsys).startswith(f"{period.name.lower()} ")


def test_a_line_names_the_place_and_both_values(stored, capsys):
    at = NOW.replace(minute=0)
    every().filter(period=Period.HOUR, starts_at=at).update(total_tokens=12)
    assert "hour 2026-03-10 12:00 label set" in (report := differences(capsys))
    assert "total_tokens: rollup 12, requests 300" in report


@pytest.mark.parametrize("period", [Period.DAY, Period.HOUR])
def test_hours_and_days_are_lowered(stored, capsys, period):
    before = sums()
    every().filter(period=period).update(requests=F("requests") + 3, duration_ms=1e15)
    assert f"{period.name.lower()} 2026-03-10" in differences(capsys)
    run(capsys)
    assert run(capsys, "--check") == "no difference\n"
    assert _requests(sums()) == _requests(before)


def test_no_all_time_rollup_is_lowered(stored, capsys):
    every().filter(period=Period.ALL).update(requests=F("requests") + 3)
    before = counters()
    assert run(capsys, "--check") == "no difference\n"
    assert run(capsys) == "no difference\n"
    assert counters() == before


def test_lost_rollups_come_back(stored, capsys):
    before = sums()
    every().delete()
    differences(capsys)
    run(capsys)
    assert sums().keys() == before.keys()
    assert run(capsys, "--check") == "no difference\n"


def test_rollups_of_nothing_go(stored, capsys):
    before = sums()
    for period in (Period.DAY, Period.HOUR):
        made_up = every().filter(period=period).order_by("starts_at").first()
        made_up.duration_bin = 150
        made_up.save(force_insert=True)
    differences(capsys)
    run(capsys)
    assert sums().keys() == before.keys()


def test_the_report_is_bounded(capsys):
    store_records([record(received_at=NOW, duration_ms=1.3**number) for number in range(40)])
    ThroughDjango().fold()
    every().filter(period=Period.HOUR).update(requests=99)
    report = differences(capsys)
    assert report.count("\n") == 20
    assert "(shown: 20)" in report


def test_the_order_of_additions_makes_no_difference(stored, capsys):
    every().update(duration_ms=F("duration_ms") * (1 + 1e-12))
    assert run(capsys, "--check") == "no difference\n"


def test_a_small_true_difference_is_one(stored, capsys):
    every().filter(period=Period.DAY).update(duration_ms=F("duration_ms") * (1 + 1e-7))
    assert "duration_ms" in differences(capsys)


@pytest.mark.parametrize("age", ["0d", "3d"])
def test_what_was_pruned_still_counts(capsys, age):
    now = datetime.now(UTC)
    store_records([record(received_at=now - timedelta(days=days)) for days in (0, 2, 4, 5)])
    call_command("prune_requests", older_than=age)
    capsys.readouterr()
    store_records([record(received_at=now - timedelta(days=days)) for days in (0, 4)])
    before = sums()
    assert run(capsys, "--check") == "no difference\n"
    assert run(capsys) == "no difference\n"
    assert sums() == before


def test_a_record_that_comes_in_meanwhile_is_kept(stored, monkeypatch):
    """Staged: it comes after the comparison and before the difference is added."""
    every().filter(period=Period.ALL).update(requests=F("requests") - 1)

    def and_then_ingest(window):
        found = list(mismatches(window))
        store_records([record(received_at=NOW)])
        return found

    monkeypatch.setattr("tracking.upkeep.audit.mismatches", and_then_ingest)
    mend(ALL_TIME[0])
    monkeypatch.undo()
    assert not list(mismatches(ALL_TIME[0]))
    assert sums_of(Total.objects.all_time())["requests"] == 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not database.POSTGRESQL, reason="on SQLite a transaction is alone anyway")
def test_of_two_rebuilds_at_once_one_adds(stored):
    """Staged: the first has added and not yet committed when the second begins. Both together
    would count too much for all time, which no rebuild takes back."""
    before = _requests(sums())
    every().filter(period=Period.ALL).update(requests=F("requests") - 1)
    second = Thread(target=_mend_elsewhere)
    with transaction.atomic():
        mend(ALL_TIME[0])
        second.start()
        while second.is_alive() and not _somebody_waits():
            sleep(0.01)
    second.join()
    assert _requests(sums()) == before


def _mend_elsewhere():
    with closing(connection):
        mend(ALL_TIME[0])


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]
