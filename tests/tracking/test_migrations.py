"""Migrations back and forth, with what version 1.0.0 stored."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.build import record, store_records
from tests.database import POSTGRESQL
from tests.metrics import sums_of
from tests.tracking.store.version_1_0_0 import store_as_1_0_0
from tracking.models import Pending, Rollup, Total
from tracking.store.fold import MEASURES
from tracking.store.through_django import ThroughDjango

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="about PostgreSQL's own functions")
OF_1_0_0 = [name for name in MEASURES if name != "ignored_fields"]
BEFORE, AFTER = "0004_request_list_indexes", "0006_count_ignored_fields"


@pytest.fixture
def migrate():
    def to(name):
        MigrationExecutor(connection).migrate([("tracking", name)])

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def functions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'tracking_%'")
        return [name for (name,) in cursor.fetchall()]


@on_postgresql
def test_the_function_that_stores_records_goes_and_comes_with_its_migration(migrate):
    migrate("0001_initial")
    assert functions() == []
    migrate("0002_store_records")
    assert functions() == ["tracking_store_records"]


def test_what_is_pending_is_folded_before_its_table_goes(migrate):
    store_records([record(), record(error_type="timeout")])
    before = sums_of(Total.objects.all_time(), OF_1_0_0)
    assert Pending.objects.count() == 2
    migrate(BEFORE)
    assert sums_of(Rollup.objects.filter(period=1), OF_1_0_0) == before


@on_postgresql
def test_a_database_of_1_0_0_goes_on_with_its_totals(migrate):
    migrate(BEFORE)
    store_as_1_0_0([record(duration_ms=100.3 * 1.1**number) for number in range(50)])
    before = sums_of(Rollup.objects.filter(period=1), OF_1_0_0)
    migrate(AFTER)
    after = sums_of(Total.objects.all_time(), OF_1_0_0)
    assert 0 <= after.pop("duration_ms") - before.pop("duration_ms") < 1e-3
    assert after == before


def test_the_count_of_ignored_fields_goes_and_comes_with_its_migration(migrate):
    store_records([record(ignored_fields=3)])
    ThroughDjango().fold()
    store_records([record(ignored_fields=4)])
    assert sums_of(Total.objects.all_time())["ignored_fields"] == 7
    migrate("0005_append_and_fold")
    migrate(AFTER)
    store_records([record(ignored_fields=1)])
    assert sums_of(Total.objects.all_time())["ignored_fields"] == 1
    assert sums_of(Total.objects.all_time())["requests"] == 3
