"""The cost page: what a month costs at the user's own traffic, for any inputs in the URL."""

import json
from datetime import UTC, datetime

import pytest

from deployments.models import Deployment, LambdaReport

pytestmark = pytest.mark.django_db
BARE = "gateway=none&disk_gb=0&public_ipv4=no&keep_warm_per_day=0&log_bytes_per_request=0"


def text(client, query=""):
    answer = client.get(f"/dashboard/costs/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_works(admin_client):
    assert "Nothing is known of your traffic" in text(admin_client)


def test_known_figures_stand_on_the_page(admin_client):
    page = text(admin_client, f"{BARE}&requests_per_day=1000000")
    assert "At 1,000,000 requests a day a container is cheaper: $8.47 a month" in page
    assert "Lambda $56.00." in page
    assert "Both cost the same at 151,2" in page


def test_reports_of_the_window_are_the_starting_point(admin_client):
    LambdaReport.objects.create(
        deployment=Deployment.objects.create(name="lambda"),
        line_key="1",
        imported_at=datetime.now(UTC),
        reported_at=datetime.now(UTC),
        duration_ms=37.5,
        billed_duration_ms=38,
        memory_mb=1024,
        init_duration_ms=450,
    )
    page = text(admin_client)
    for value in ("37.5", "1024", "450"):
        assert f'value="{value}"' in page
    assert 'value="99"' in text(admin_client, "duration_ms=99")


def test_the_chart_is_data_too(admin_client):
    answer = admin_client.get(f"/dashboard/costs.json?{BARE}")
    chart = json.loads(answer.content)["chart"]
    assert chart["break_even"] == pytest.approx(151_221, rel=1e-3)
    assert chart["points"][0][0] == 100


@pytest.mark.parametrize(
    "query",
    ["memory_mb=64", "memory_mb=512.5", "duration_ms=nan", "gateway=x", "instances=1e99"]
    + ["free_tier=maybe", "requests_per_day=-1", "instance_type=p5.48xlarge", "cold_share=2"],
)
def test_an_input_out_of_bounds_is_named(admin_client, query):
    answer = admin_client.get(f"/dashboard/costs.json?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["error"]


def test_every_price_is_shown_with_its_source(admin_client):
    page = text(admin_client)
    assert "lambda_gb_s_arm64" in page and "https://aws.amazon.com/lambda/pricing/" in page


def test_nobody_sees_it_without_a_log_in(client):
    assert client.get("/dashboard/costs/").status_code == 302
