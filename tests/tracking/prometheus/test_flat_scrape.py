"""What a record and a scrape cost in statements, and that a scrape adds up the same every time."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import database
from tests.build import payload
from tests.tracking.api.posting import post

pytestmark = pytest.mark.django_db
# Added up in another order, these are less by a rounding error.
DURATIONS_MS = (602.8, 232.7, 44.6)


def test_a_scrape_is_one_query(client, django_assert_num_queries):
    for number in range(20):
        post(client, payload(model_name=f"model-{number}", response_time_ms=number * 100))
    with django_assert_num_queries(1):
        client.get("/metrics")


def test_a_record_of_a_known_label_set_is_at_most_two_statements(client):
    post(client, payload())
    with CaptureQueriesContext(connection) as queries:
        assert post(client, payload()).status_code == 200
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) <= (1 if database.POSTGRESQL else 2)


def test_a_batch_is_no_more_statements_than_a_record(client, django_assert_max_num_queries):
    post(client, payload())
    batch = {"records": [payload(response_time_ms=number) for number in range(100)]}
    # On SQLite also a savepoint and its release.
    with django_assert_max_num_queries(4):
        assert post(client, batch, "/track/batch").status_code == 200


@pytest.mark.skipif(not database.POSTGRESQL, reason="only PostgreSQL moves a row it updates")
def test_a_sum_does_not_fall_when_rows_lie_in_another_order(client):
    assert sum(DURATIONS_MS) > sum(reversed(DURATIONS_MS))
    for duration_ms in DURATIONS_MS:
        post(client, payload(response_time_ms=duration_ms))
    before = duration_sum(client)
    with connection.cursor() as cursor:
        for (bin_,) in rows(cursor, "SELECT DISTINCT duration_bin FROM tracking_rollup ORDER BY 1"):
            cursor.execute(
                "UPDATE tracking_rollup SET failures = 0 WHERE duration_bin = %s", [bin_]
            )
    assert duration_sum(client) == before


def duration_sum(client):
    text = client.get("/metrics").content.decode()
    [line] = [line for line in text.splitlines() if "ai_response_time_seconds_sum" in line]
    return float(line.split()[1])


def rows(cursor, sql):
    cursor.execute(sql)
    return cursor.fetchall()
