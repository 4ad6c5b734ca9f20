"""Deployments side by side."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.build import record, store_records
from tests.measurements import deployment, measured, reported

pytestmark = pytest.mark.django_db

PAGE = "/dashboard/deployments/"
DATA = "/dashboard/deployments.json"


def test_nothing_measured_says_how_to(admin_client):
    assert (
        "compare_latency --target" in admin_client.get("/dashboard/deployments/").content.decode()
    )


def test_they_stand_side_by_side(admin_client):
    measured("ec2", range(50, 90))
    measured("lambda", range(150, 190), cold_start=False)
    measured("lambda", range(1_100, 1_110), cold_start=True)
    page = admin_client.get("/dashboard/deployments/").content.decode()
    assert "lambda warm is 9" in page and "slower than ec2 at the median (95\u202f%)." in page
    assert " ms to 20\u202f% of requests as measured" in page
    assert "too few samples: 40 of 72" in page


def test_the_number_of_queries_is_fixed(admin_client, django_assert_num_queries):
    """Session, user, demo mark; paths, samples, deployments, limit of reports, reports, requests;
    runs, their deployments, what can be measured."""
    for name in ("ec2", "lambda", "local"):
        measured(name, range(50, 90))
        reported(40, datetime.now(UTC), name=name)
    with django_assert_num_queries(12):
        admin_client.get(PAGE)


def test_calls_of_different_paths_are_never_mixed(admin_client):
    measured("ec2", [9] * 40)
    measured("ec2", [300] * 40, path="/analytics/clinic?days=7")
    newest = admin_client.get(f"{DATA}?window=24h").json()
    assert newest["path"] == "/analytics/clinic?days=7"
    assert newest["boxes"][0]["box"]["median_ms"] == 300
    chosen = admin_client.get(DATA, {"window": "24h", "path": "/health"}).json()
    assert chosen["boxes"][0]["box"]["median_ms"] == 9


def test_older_samples_are_outside_the_window(admin_client):
    measured("ec2", [50], sent_at=datetime.now(UTC) - timedelta(days=40))
    page = admin_client.get("/dashboard/deployments/?window=24h").content.decode()
    assert "Nothing was measured" in page and "Not measured in this window: ec2" in page


def test_the_chart_is_data_too(admin_client):
    measured("ec2", [50, 60])
    [line] = admin_client.get("/dashboard/deployments.json").json()["deployments"]
    assert (line["name"], line["dashed"]) == ("ec2 warm", False)
    assert line["ecdf"] == [[50.0, 0.5], [60.0, 1.0]]


def test_the_last_call_tells_whether_it_is_reachable(admin_client):
    measured("ec2", [50])
    assert "answered" in admin_client.get(PAGE).content.decode()
    measured("ec2", [5_000], error_type="timeout", sent_at=datetime.now(UTC) - timedelta(minutes=1))
    assert "failed: timeout" in admin_client.get(PAGE).content.decode()


def test_a_call_refused_in_a_burst_does_not_make_it_unreachable(admin_client):
    measured("ec2", [50])
    at = datetime.now(UTC) - timedelta(minutes=1)
    measured("ec2", [50], error_type="http_503", burst=True, sent_at=at)
    page = admin_client.get(PAGE).content.decode()
    assert "answered" in page and "failed: http_503" not in page


def test_a_row_says_where_it_runs_and_what_share_is_cold(admin_client):
    deployment(kind="lambda", region="us-east-1", memory_mb=512)
    measured("lambda", range(150, 186), cold_start=False)
    measured("lambda", range(1_100, 1_104), cold_start=True)
    page = admin_client.get(PAGE).content.decode()
    assert "AWS Lambda, us-east-1, 512 MB" in page
    assert 'title="4 of 40"' in page and "3.96\u202f% to 23.1\u202f%" in page


def test_tracked_requests_are_counted_by_the_deployment_they_name(admin_client):
    measured("ec2", [50])
    store_records([record(deployment="ec2"), record(deployment="ec2"), record()])
    for window in ("1h", "24h"):
        page = admin_client.get(f"{PAGE}?window={window}").content.decode()
        assert "2 tracked requests" in page


def test_too_many_calls_are_said_to_be_cut(admin_client, monkeypatch):
    monkeypatch.setattr("dashboard.deployments.measured.SAMPLES_MAX", 40)
    measured("ec2", range(50, 95))
    assert "Only the newest" in admin_client.get(PAGE).content.decode()


def test_a_deployment_keeps_its_colour_when_others_are_not_measured(admin_client):
    deployment("ec2")
    measured("lambda", [50])
    [line] = admin_client.get("/dashboard/deployments.json").json()["deployments"]
    assert line["colour"] == 1


def test_where_every_call_failed_nothing_is_drawn(admin_client):
    """A chart without a line is an error of its script."""
    measured("ec2", [10, 20], error_type="timeout")
    page = admin_client.get(PAGE).content.decode()
    assert "ec2" in page
    assert "ecdf-chart" not in page and "box-plot" not in page
