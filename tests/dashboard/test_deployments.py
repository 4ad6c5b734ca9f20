"""Deployments side by side, and in the admin."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments.models import Deployment, LatencyRun, LatencySample

pytestmark = pytest.mark.django_db


def measured(name, latencies_ms, **fields):
    now = datetime.now(UTC)
    deployment, _ = Deployment.objects.get_or_create(name=name)
    run = LatencyRun.objects.create(
        started_at=now, path="/health", planned=1, new_connections=False, seed=1
    )
    fields = {"sent_at": now - timedelta(minutes=5), "new_connection": False} | fields
    LatencySample.objects.bulk_create(
        LatencySample(run=run, deployment=deployment, duration_ms=latency, **fields)
        for latency in latencies_ms
    )


def test_nothing_measured_says_how_to(admin_client):
    assert (
        "compare_latency --target" in admin_client.get("/dashboard/deployments/").content.decode()
    )


def test_they_stand_side_by_side(admin_client):
    measured("ec2", range(50, 90))
    measured("lambda", range(150, 190), cold_start=False)
    measured("lambda", range(1_100, 1_110), cold_start=True)
    page = admin_client.get("/dashboard/deployments/").content.decode()
    assert "lambda warm is 9" in page and "slower than ec2 at the median." in page
    assert " ms to 20 % of requests as measured" in page
    assert "too few samples: 40 of 72" in page


def test_one_query_reads_the_samples(admin_client, django_assert_max_num_queries):
    measured("ec2", range(50, 90))
    with django_assert_max_num_queries(8):
        admin_client.get("/dashboard/deployments/")


def test_older_samples_are_outside_the_window(admin_client):
    measured("ec2", [50], sent_at=datetime.now(UTC) - timedelta(days=40))
    page = admin_client.get("/dashboard/deployments/?window=24h").content.decode()
    assert "Nothing was measured" in page and "Not measured in this window: ec2" in page


def test_the_chart_is_data_too(admin_client):
    measured("ec2", [50, 60])
    [line] = admin_client.get("/dashboard/deployments.json").json()["deployments"]
    assert line == {"name": "ec2 warm", "ecdf": [[50.0, 0.5], [60.0, 1.0]]}


def test_a_deployment_is_managed_in_the_admin(admin_client):
    form = {"name": "lambda", "kind": "lambda", "base_url": "https://x.example", "prices": "{}"}
    form |= {"architecture": "arm64", "gateway": "http_api", "memory_mb": "512"}
    admin_client.post("/admin/deployments/deployment/add/", form)
    assert Deployment.objects.get().architecture == "arm64"


def test_a_wrong_price_or_url_is_refused_in_the_admin(admin_client):
    form = {"name": "a", "kind": "lambda", "architecture": "arm64", "base_url": "ftp://x"}
    answer = admin_client.post("/admin/deployments/deployment/add/", form | {"prices": '{"x": 1}'})
    assert "ftp://x must begin with http" in answer.content.decode()
    assert "x is no price" in answer.content.decode()


@pytest.mark.parametrize("model", ["latencyrun", "lambdareport"])
def test_measurements_are_only_shown_in_the_admin(admin_client, model):
    assert admin_client.get(f"/admin/deployments/{model}/").status_code == 200
    assert admin_client.get(f"/admin/deployments/{model}/add/").status_code == 403
