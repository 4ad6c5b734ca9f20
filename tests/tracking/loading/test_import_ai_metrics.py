"""`import_ai_metrics`: what the rows of the old table become, and which are refused."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.tracking.loading.old_table import (
    CREATE,
    add_row,
    add_rows,
    create_table,
    imported_ids,
    run,
)
from tracking.loading import old_table
from tracking.models import AIRequest, BulkLoad, Total
from tracking.store.periods import Period

pytestmark = pytest.mark.django_db


def test_it_works(table, capsys):
    add_rows(1, 2, 3)
    assert run(capsys) == "Imported 3 requests.\n"
    assert imported_ids() == ["1", "2", "3"]


def test_a_row_becomes_a_request_of_the_hour_in_which_it_was_created(table, capsys):
    add_row(
        7,
        conversation_id="c1",
        success_rate=1,
        prompt_tokens=200,
        completion_tokens=100,
        api_cost_usd=Decimal("0.004200"),
        model_name="gpt-4o",
        intent_detected="pricing",
        appointment_requested=True,
        response_type="text",
        created_at="2026-01-31 23:59:59.5",
    )
    run(capsys)
    ai_request = AIRequest.objects.get()
    assert ai_request.received_at == datetime(2026, 1, 31, 23, 59, 59, 500_000, UTC)
    assert ai_request.occurred_at == ai_request.received_at
    assert (ai_request.request_model, ai_request.intent) == ("gpt-4o", "pricing")
    assert ai_request.cost_usd == Decimal("0.0042")
    assert ai_request.appointment_requested is True
    hour = Total.objects.get(period=Period.HOUR)
    assert hour.starts_at == datetime(2026, 1, 31, 23, tzinfo=UTC)


def test_every_column_may_be_null_but_the_duration_and_the_time(table, capsys):
    add_row(1, business_id=None, tokens_used=None)
    run(capsys)
    ai_request = AIRequest.objects.get()
    assert (ai_request.business_id, ai_request.request_model) == ("unknown", "unknown")
    assert (ai_request.total_tokens, ai_request.cost_usd) == (0, None)


def test_a_missing_total_is_the_sum_of_its_parts(table, capsys):
    add_row(1, tokens_used=None, prompt_tokens=20, completion_tokens=3)
    run(capsys)
    assert AIRequest.objects.get().total_tokens == 23


def test_rates_and_costs_may_be_integers(capsys):
    create_table(rate_type="integer")
    add_row(1, success_rate=0, api_cost_usd=2)
    run(capsys)
    ai_request = AIRequest.objects.get()
    assert (ai_request.success_rate, ai_request.cost_usd) == (0.0, Decimal(2))
    assert ai_request.error_type == "unknown"


def test_ids_may_be_text(capsys):
    create_table(id_type="varchar(40) PRIMARY KEY")
    for row_id in ("ckx9", "9", "b-10"):
        add_row(row_id)
    assert run(capsys) == "Imported 3 requests.\n"


def test_text_ids_come_in_any_order(capsys):
    create_table(id_type="varchar(40) PRIMARY KEY")
    add_row("ckx9")
    run(capsys)
    add_row("a", created_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}")
    assert run(capsys) == "Imported 1 requests.\n"


def test_refused_rows_are_reported_by_reason(table, capsys):
    add_rows(1, 2, response_time_ms=None)
    add_row(3, created_at=None)
    add_row(4, response_time_ms=-1)
    add_row(5, created_at="0999-01-01 00:00:00")
    add_row(6, model_name="m" * 101)
    add_row(7, success_rate=100)
    add_row(8)
    report = run(capsys)
    assert "Imported 1 requests." in report
    assert "Refused 2 rows: Missing required field: response_time_ms (id 1, 2)" in report
    assert "Refused 1 rows: Missing required field: created_at (id 3)" in report
    assert "Refused 1 rows: response_time_ms must be a number >= 0.0 (id 4)" in report
    assert "Refused 1 rows: created_at must be a time in the years 2000 to 2099 (id 5)" in report
    assert "Refused 1 rows: model_name must" in report
    assert "Refused 1 rows: success_rate must be a number <= 1.0 (id 7)" in report


def test_a_page_of_bad_rows_stops_nothing(table, capsys, monkeypatch):
    monkeypatch.setattr(old_table, "PAGE_ROWS", 2)
    add_rows(1, 2, 3, response_time_ms=None)
    add_rows(4, 5)
    assert "Imported 2 requests." in run(capsys)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no such times.")
@pytest.mark.parametrize("moment", ["-infinity", "4000-01-01 BC", "20000-01-01"])
def test_a_time_that_no_date_can_hold_stops_nothing(table, capsys, moment):
    add_row(1, created_at=moment)
    add_row(2)
    report = run(capsys)
    assert "Imported 1 requests." in report
    assert "(id 1)" in report or "Left out 1 rows" in report


def test_another_database_is_read(tmp_path, capsys):

    url = f"sqlite:///{tmp_path}/old.sqlite3"
    with sqlite3.connect(f"{tmp_path}/old.sqlite3") as old:
        old.execute(CREATE.format(id="integer PRIMARY KEY", rate="real"))
        old.execute(
            "INSERT INTO ai_metrics (id, response_time_ms, created_at) VALUES (1, 5, ?)",
            ["2026-01-01T00:00:00.123Z"],
        )
    old.close()
    assert run(capsys, database_url=url) == "Imported 1 requests.\n"


def test_a_missing_table_is_said_so():
    with pytest.raises(CommandError, match="no table ai_metrics.*--database-url"):
        call_command("import_ai_metrics")


def test_a_missing_column_is_named():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ai_metrics (id integer, created_at timestamp)")
    with pytest.raises(CommandError, match="no column response_time_ms"):
        call_command("import_ai_metrics")


@pytest.mark.parametrize(
    "options",
    [
        {"until": "yesterday"},
        {"database_url": "mysql://localhost/x"},
        {"database_url": "postgresql://localhost:1/x"},
    ],
)
def test_what_is_set_wrong_is_said_so(table, options):
    with pytest.raises(CommandError):
        call_command("import_ai_metrics", **options)


def test_nothing_is_imported_into_a_demo(table):
    BulkLoad.objects.create(source="demo")
    with pytest.raises(CommandError, match="demo data"):
        call_command("import_ai_metrics")
