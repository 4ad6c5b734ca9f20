"""What a database's error is told as: from real errors of the chosen database, and the table."""

import psycopg2
import pytest
from django.db import DataError, Error, ProgrammingError, connection

from tests.database import POSTGRESQL
from tracking.store.faults import refusal_of

pytestmark = pytest.mark.django_db

only_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="about PostgreSQL")


def told(sql: str, *parameters: str) -> tuple[int, str]:
    with pytest.raises(Error) as caught, connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    refusal = refusal_of(caught.value)
    assert refusal is not None
    return int(refusal.status), str(refusal.body["error"])


def raised(sqlstate: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{sqlstate}'; END $$"


@pytest.mark.parametrize("sql", ["SELECT * FROM nowhere", "SELECT missing FROM tracking_airequest"])
def test_a_missing_table_or_column_is_not_migrated(sql):
    assert told(sql) == (503, "Database not migrated")


@only_postgresql
@pytest.mark.parametrize(
    ("sqlstate", "error"),
    [
        ("42501", "Database permission denied"),
        ("42883", "Database not migrated"),
        ("25006", "Database read-only"),
        ("53100", "Database out of disk or memory"),
        ("53300", "Database out of connections"),
        ("57P01", "Database restarting"),
        ("57014", "Database busy"),
        ("40001", "Database busy"),
        ("40P01", "Database busy"),
        ("55P03", "Database busy"),
        ("08006", "Database unavailable"),
        ("XX000", "Database unavailable"),
        ("58030", "Database unavailable"),
        ("23505", "Database unavailable"),
    ],
)
def test_a_fault_has_its_words(sqlstate, error):
    assert told(raised(sqlstate)) == (503, error)


@only_postgresql
def test_a_value_out_of_range_is_the_senders():
    assert told("SELECT %s::int", "99999999999")[0] == 400


@only_postgresql
def test_a_value_that_a_constraint_refuses_is_the_senders():
    assert told(raised("23514"))[0] == 400


@only_postgresql
def test_a_real_privilege_that_is_missing_is_named():
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE nobody; SET LOCAL ROLE nobody")
    assert told("SELECT 1 FROM tracking_airequest") == (503, "Database permission denied")


@pytest.mark.skipif(POSTGRESQL, reason="about SQLite")
def test_a_read_only_sqlite_is_read_only():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
        try:
            assert told("DELETE FROM tracking_pending") == (503, "Database read-only")
        finally:
            cursor.execute("PRAGMA query_only = 0")


@pytest.mark.parametrize("error", [DataError("x"), psycopg2.DataError("x")])
def test_an_error_without_a_state_is_told_by_its_kind(error):
    refusal = refusal_of(error)
    assert refusal is not None
    assert refusal.status == 400


def test_what_is_no_fault_of_the_database_is_not_hidden():
    assert refusal_of(ProgrammingError("no results to fetch")) is None
