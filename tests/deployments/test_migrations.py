"""Migrations on a database that holds runs already."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = ("deployments", "0001_initial"), ("deployments", "0002_runs_from_the_browser")


def migrate(*targets):
    """The models as they are then."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    return executor.loader.project_state(list(targets)).apps


@pytest.fixture
def before():
    yield migrate(BEFORE)
    migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes("deployments"))


def measured(apps, *names):
    run = apps.get_model("deployments", "LatencyRun").objects.create(
        started_at=datetime.now(UTC), path="/health", planned=2, new_connections=True, seed=1
    )
    for name in names:
        apps.get_model("deployments", "LatencySample").objects.create(
            run=run,
            deployment=apps.get_model("deployments", "Deployment").objects.get(name=name),
            sent_at=datetime.now(UTC),
            duration_ms=1,
            new_connection=True,
        )
    return run


def test_runs_learn_which_deployments_they_measured(before):
    for name in ("a", "b", "c"):
        before.get_model("deployments", "Deployment").objects.create(name=name)
    pks = [measured(before, *names).pk for names in ("ab", "aa", "")]
    runs = migrate(AFTER).get_model("deployments", "LatencyRun").objects
    found = [[one.name for one in runs.get(pk=pk).deployments.order_by("name")] for pk in pks]
    assert found == [["a", "b"], ["a"], []]
    assert not runs.filter(open=True).exists()
