"""`import_ai_metrics`: each row counts once, however often and from wherever it comes."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from tests.build import record, store_records
from tests.metrics import counters
from tests.tracking.loading.old_table import (
    NOW,
    add_rows,
    create_table,
    days_ago,
    imported_ids,
    run,
)
from tracking.loading import importing, old_table
from tracking.loading.bulk import OtherRun
from tracking.models import BulkLoad, Total

pytestmark = pytest.mark.django_db


def total():
    return sum(rollup.requests for rollup in Total.objects.all_time())


def test_a_row_counts_once_when_run_twice(table, capsys):
    add_rows(1, 2)
    run(capsys)
    before = counters()
    assert run(capsys) == "Imported 0 requests.\n"
    assert counters() == before


def test_a_row_counts_once_when_the_cursor_is_lost(table, capsys):
    add_rows(1, 2)
    run(capsys)
    BulkLoad.objects.all().delete()
    assert run(capsys) == "Imported 0 requests.\n2 rows had been imported before.\n"
    assert total() == 2


@pytest.mark.parametrize("id_type", ["integer PRIMARY KEY", "varchar(40) PRIMARY KEY"])
def test_a_row_counts_once_when_its_request_was_pruned(capsys, id_type):
    create_table(id_type=id_type)
    add_rows(1, 2)
    run(capsys)
    before = counters()
    call_command("prune_requests", older_than="0d")
    capsys.readouterr()
    assert run(capsys) == "Imported 0 requests.\n"
    assert counters() == before


def test_later_rows_come_with_the_next_run(table, capsys):
    add_rows(1, 2)
    run(capsys)
    add_rows(3, created_at=days_ago(20))
    assert run(capsys) == "Imported 1 requests.\n"
    assert imported_ids() == ["1", "2", "3"]


@pytest.fixture
def interrupted(table, monkeypatch):
    """An import of seven rows in batches of two, killed before the third batch."""
    monkeypatch.setattr(old_table, "PAGE_ROWS", 2)
    add_rows(*range(1, 8))
    batches = importing.import_rows(old_table.Table(connection), NOW, importing.Outcome())
    assert [next(batches), next(batches)] == [2, 2]


def test_an_interrupted_run_goes_on_where_it_stopped(interrupted, capsys):
    assert imported_ids() == ["1", "2", "3", "4"]
    assert run(capsys) == "Imported 3 requests.\n"
    assert total() == 7


def test_an_interrupted_run_counts_nothing_twice_after_a_pruning(interrupted, capsys):
    call_command("prune_requests", older_than="0d")
    capsys.readouterr()
    assert run(capsys) == "Imported 3 requests.\n"
    assert total() == 7


def test_what_an_interrupted_run_left_as_too_new_comes_later(table, capsys, monkeypatch):
    monkeypatch.setattr(old_table, "PAGE_ROWS", 2)
    add_rows(1, 3, 4)
    add_rows(2, created_at=days_ago(1))
    table_ = old_table.Table(connection)
    next(importing.import_rows(table_, NOW - timedelta(days=5), importing.Outcome()))
    assert run(capsys) == "Imported 2 requests.\n"
    assert total() == 4


def test_another_run_at_the_same_time_is_noticed(interrupted, capsys):
    running = importing.import_rows(old_table.Table(connection), NOW, importing.Outcome())
    next(running)
    run(capsys)
    with pytest.raises(OtherRun, match="another run is under way"):
        list(running)
    assert total() == 7


def test_rows_of_live_times_are_left_out(table, capsys):
    add_rows(1, created_at=days_ago(3))
    add_rows(2, 3, created_at=days_ago(1))
    store_records([record(received_at=NOW - timedelta(days=2))])
    report = run(capsys)
    assert "Imported 1 requests." in report
    assert "Left out 2 rows created from" in report


def test_until_says_otherwise(table, capsys):
    add_rows(1, created_at="2026-01-01 11:59:59")
    add_rows(2, created_at="2026-01-01 12:00:00")
    store_records([record(received_at=NOW - timedelta(days=9_000))])
    report = run(capsys, until="2026-01-01T13:00:00+01:00")
    assert "Imported 1 requests." in report
    assert "Left out 1 rows created from 2026-01-01 12:00:00 UTC" in report


def test_a_pruning_does_not_move_the_first_live_request(table, capsys):
    add_rows(1, created_at=days_ago(300))
    add_rows(2, created_at=days_ago(100))
    store_records([record(received_at=NOW - timedelta(days=days)) for days in (200, 0)])
    call_command("prune_requests", older_than="90d")
    run(capsys)
    assert "1" in imported_ids() and "2" not in imported_ids()


def test_imported_requests_are_not_live(table, capsys):
    add_rows(1, created_at=days_ago(3))
    run(capsys)
    add_rows(2, created_at=days_ago(1))
    assert run(capsys) == "Imported 1 requests.\n"
