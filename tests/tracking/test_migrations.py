"""Migrations back and forth, on PostgreSQL: on SQLite there is no function to make."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.database import POSTGRESQL

pytestmark = [
    pytest.mark.skipif(not POSTGRESQL, reason="about PostgreSQL's own function"),
    pytest.mark.django_db(transaction=True),
]


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


def test_the_function_that_stores_records_goes_and_comes_with_its_migration(migrate):
    migrate("0001_initial")
    assert functions() == []
    migrate("0002_store_records")
    assert functions() == ["tracking_store_records"]
