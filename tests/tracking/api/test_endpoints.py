"""Health, analytics, refresh and errors: the JSON around tracking."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import dj_database_url
import pytest
from django.db import connections
from django.db.utils import ConnectionHandler

from tests.build import record, store_records

pytestmark = pytest.mark.django_db


def test_health_answers_as_before_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/health").json()
    assert answer == {
        "status": "healthy",
        "service": "mlops-service-prometheus",
        "timestamp": answer["timestamp"],
        "monitoring": "prometheus",
        "metrics_endpoint": "/metrics",
        "environment": "development",
    }


def test_detailed_health_tells_of_requests(client):
    store_records([record(), record(error_type="timeout")])
    answer = client.get("/health/detailed").json()
    assert answer["status"] == "healthy"
    assert answer["health_checks"]["database_connected"] is True
    assert answer["requests"]["total"] == 2
    assert answer["requests"]["error_rate_percent"] == 50.0
    assert answer["requests"]["last_request"]


def test_detailed_health_has_no_rate_without_requests(client):
    assert client.get("/health/detailed").json()["requests"]["error_rate_percent"] is None


def test_the_root_lists_the_endpoints(client):
    answer = client.get("/").json()
    assert answer["status"] == "healthy"
    assert answer["endpoints"]["track"] == "/track"


def test_refreshing_metrics_costs_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.post("/refresh-metrics", {"trigger": "new_metrics"})
    assert answer.json()["status"] == "success"


def test_analytics_add_up_a_business(client):
    store_records([record(appointment_requested=True), record(business_id="other")])
    store_records([record(appointment_requested=True, appointment_booked=True)])
    answer = client.get("/analytics/clinic").json()
    assert (answer["business_id"], answer["period"]) == ("clinic", "30_days")
    assert answer["metrics"] == {
        "total_conversations": 2,
        "avg_response_time_ms": 1200.5,
        "avg_tokens_used": 300.0,
        "total_api_cost_usd": 0.0084,
        "appointment_requests": 2,
        "appointments_booked": 1,
        "human_handoffs": 0,
        "appointment_conversion_rate": 0.5,
    }


def test_analytics_keep_to_their_days(client):
    now = datetime.now(UTC)
    store_records([record(received_at=now - timedelta(days=days)) for days in (0, 5, 20)])
    counts = [
        client.get(f"/analytics/clinic?days={days}").json()["metrics"]["total_conversations"]
        for days in (1, 7, 30)
    ]
    assert counts == [1, 2, 3]


def test_analytics_say_which_hours_they_mean(client, time_machine):
    time_machine.move_to("2026-03-29T12:34:56Z", tick=False)
    answer = client.get("/analytics/clinic?days=7").json()
    assert [datetime.fromisoformat(answer[name]) for name in ("since", "until")] == [
        datetime(2026, 3, 22, 13, tzinfo=UTC),
        datetime(2026, 3, 29, 13, tzinfo=UTC),
    ]


def test_analytics_of_an_unknown_business_are_zero_and_null(client):
    metrics = client.get("/analytics/nobody").json()["metrics"]
    assert metrics["total_conversations"] == 0
    assert metrics["avg_response_time_ms"] is None


def test_analytics_find_a_business_that_was_folded(client, settings):
    settings.MAX_LABEL_SETS = 40
    store_records([record(business_id=f"business {n}", cost_usd=Decimal(1)) for n in range(30)])
    metrics = client.get("/analytics/business 29").json()["metrics"]
    assert (metrics["total_conversations"], metrics["total_api_cost_usd"]) == (1, 1.0)


@pytest.mark.parametrize("days", ["0", "367", "-1", "x", "1e3", "9" * 30, "٣", "000000001999999"])
def test_days_are_bounded(client, days):
    answer = client.get("/analytics/clinic", {"days": days})
    assert (answer.status_code, answer.json()["field"]) == (400, "days")


def test_an_unknown_path_is_an_error_object(client):
    answer = client.get("/nope")
    assert answer.status_code == 404
    assert answer.json()["error"] == "Not found"


@pytest.fixture
def database_away():
    """Django's connection leads to a port on which no PostgreSQL listens."""
    url = "postgresql://postgres@127.0.0.1:1/away"
    away = ConnectionHandler({"default": dj_database_url.parse(url)})
    kept = connections["default"]
    connections["default"] = away["default"]
    yield
    connections["default"] = kept


@pytest.mark.parametrize("path", ["/metrics", "/analytics/clinic"])
def test_figures_without_a_database_are_unavailable(client, database_away, path):
    answer = client.get(path)
    assert answer.status_code == 503
    assert (answer.json()["error"], answer["Retry-After"]) == ("Database unavailable", "5")


def test_detailed_health_without_a_database_is_unhealthy(client, database_away):
    answer = client.get("/health/detailed")
    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
    assert answer.json()["health_checks"]["database_connected"] is False


def test_health_without_a_database_is_healthy(client, database_away):
    assert client.get("/health").status_code == 200


def test_a_record_without_a_database_is_not_acknowledged(client, database_away):
    body = {"business_id": "a", "response_time_ms": 1, "tokens_used": 1}
    answer = client.post("/track", body, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Send it again with the same request_id" in answer.json()["message"]


def test_analytics_count_a_folded_request_of_a_known_business_once(client, settings):
    settings.MAX_LABEL_SETS = 40
    store_records([record(intent=f"intent {n}", cost_usd=Decimal(1)) for n in range(30)])
    metrics = client.get("/analytics/clinic").json()["metrics"]
    assert (metrics["total_conversations"], metrics["total_api_cost_usd"]) == (30, 30.0)


@pytest.mark.parametrize("cap", [2_000, 10])
def test_analytics_begin_with_an_hour_and_end_before_the_next(client, settings, time_machine, cap):
    """Also those of a business that was folded."""
    settings.MAX_LABEL_SETS = cap
    store_records([record(business_id=f"business {n}") for n in range(20)])
    until = datetime(2026, 3, 1, 13, tzinfo=UTC)
    edges = [until - timedelta(days=1), until - timedelta(microseconds=1)]
    outside = [until - timedelta(days=1, microseconds=1), until]
    store_records([record(received_at=moment) for moment in (*edges, *outside)])
    time_machine.move_to(until - timedelta(minutes=30), tick=False)
    metrics = client.get("/analytics/clinic?days=1").json()["metrics"]
    assert metrics["total_conversations"] == 2


@pytest.mark.parametrize("days", ["1", "366"])
def test_the_longest_and_the_shortest_time_are_taken(client, days):
    answer = client.get("/analytics/clinic", {"days": days})
    assert answer.json()["period"] == f"{days}_days"


@pytest.mark.parametrize("business", ["x" * 201, "a%00b"])
def test_a_business_id_that_no_record_can_have_is_named(client, business):
    answer = client.get(f"/analytics/{business}")
    assert (answer.status_code, answer.json()["field"]) == (400, "business_id")


def test_the_longest_business_id_has_analytics(client):
    assert client.get(f"/analytics/{'x' * 200}").status_code == 200
