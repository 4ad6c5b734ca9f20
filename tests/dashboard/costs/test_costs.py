"""The cost page: what a month costs at the user's own traffic, for any inputs in the URL."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from deployments.models import Deployment, LambdaReport
from tests.build import record, store_records

pytestmark = pytest.mark.django_db
BARE = (
    "gateway=none&disk_gb=0&public_ipv4=no&keep_warm_per_day=0&log_bytes_per_request=0"
    "&database=none"
)


def text(client, query=""):
    answer = client.get(f"/dashboard/costs/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def data(client, query=""):
    return client.get(f"/dashboard/costs.json?{query}").json()


def deployment(name="lambda-prod", kind="lambda", **fields):
    return Deployment.objects.create(name=name, kind=kind, **fields)


def report(of, key, **fields):
    now = datetime.now(UTC)
    fields = {"reported_at": now, "duration_ms": 37.5, "billed_duration_ms": 38} | fields
    fields = {"memory_mb": 1024} | fields
    return LambdaReport.objects.create(deployment=of, line_key=key, imported_at=now, **fields)


def test_it_works(admin_client):
    page = text(admin_client)
    assert "At 1,000 requests a day Lambda is cheaper" in page
    assert "assumed" in page and "An example: in this window no request was tracked" in page
    assert "No request was tracked this month" in page


def test_known_figures_stand_on_the_page(admin_client):
    page = text(admin_client, f"{BARE}&requests_per_day=1000000")
    assert "At 1\u202fM requests a day a container is cheaper: $8.47 a month" in page
    assert "Lambda $56.00." in page
    assert "Both cost the same at about 151,000 requests" in page


def test_requests_of_the_window_are_the_starting_point(admin_client):
    store_records([record() for _ in range(48)])
    page = text(admin_client)
    assert 'value="48"' in page and "from 48 requests in these 24 hours" in page


def test_reports_of_the_window_are_the_starting_point(admin_client):
    of = deployment()
    report(of, "1")
    report(of, "2", duration_ms=90, init_duration_ms=450)
    page = text(admin_client)
    for value in ("37.5", "90", "450", "1024", "0.5"):
        assert f'value="{value}"' in page
    assert "from 2 reports of lambda-prod" in page


def test_what_somebody_changed_can_be_taken_back(admin_client):
    report(deployment(), "1")
    page = text(admin_client, "duration_ms=99&window=7d")
    assert 'value="99" data-start="37.5"' in page
    assert 'data-reset="duration_ms" href="?window=7d">Back to 37.5, from 1 reports' in page


def test_the_only_deployment_of_each_kind_gives_its_inputs(admin_client):
    deployment(memory_mb=256, architecture="arm64", gateway="rest_api")
    deployment("ec2", "container", instance_type="t3.small")
    inputs = data(admin_client)["inputs"]
    assert (inputs["memory_mb"], inputs["architecture"]) == (256, "arm64")
    assert (inputs["gateway"], inputs["instance_type"]) == ("rest_api", "t3.small")
    assert "the only one" in text(admin_client)


def test_among_several_one_is_chosen_by_name(admin_client):
    deployment("old", memory_mb=256)
    chosen = deployment("new", memory_mb=1769)
    report(chosen, "1", memory_mb=2048)
    assert data(admin_client)["inputs"]["memory_mb"] == 2048
    assert data(admin_client, "deployment=old")["inputs"]["memory_mb"] == 256
    assert data(admin_client, "deployment=new")["inputs"]["duration_ms"] == 37.5


def test_a_container_may_be_named_as_the_deployment_and_none_as_well(admin_client):
    for name, instance_type in (("a", "t3.micro"), ("b", "t3.medium")):
        deployment(name, "container", instance_type=instance_type)
    assert data(admin_client, "deployment=b")["inputs"]["instance_type"] == "t3.medium"
    assert data(admin_client, "container=(none)")["inputs"]["instance_type"] == "t2.micro"


def test_an_unknown_deployment_is_refused_with_those_that_exist(admin_client):
    deployment()
    answer = admin_client.get("/dashboard/costs.json?deployment=prod")
    assert answer.status_code == 400
    assert "choose one of: lambda-prod" in answer.json()["error"]


def test_a_deployment_pays_its_own_prices_and_the_url_changes_them(admin_client):
    deployment(prices={"lambda_requests": 0.28})
    assert data(admin_client)["prices"]["lambda_requests"] == 0.28
    assert "from lambda-prod, instead of 0.2" in text(admin_client)
    assert data(admin_client, "lambda_requests=0.5")["prices"]["lambda_requests"] == 0.5
    assert "changed from $0.2" in text(admin_client, "lambda_requests=0.5")


def test_a_container_pays_its_own_prices(admin_client):
    deployment("ec2", "container", prices={"ec2_hour_t2.micro": 0.02, "neon_gb_month": 1})
    found = data(admin_client, BARE)
    assert found["prices"]["ec2_hour_t2.micro"] == 0.02
    assert found["chart"]["here"]["container_usd"] == pytest.approx(730 * 0.02)
    assert "from ec2, instead of 0.0116" in text(admin_client)


def test_of_a_price_that_both_hosts_name_the_functions_counts(admin_client):
    deployment(prices={"neon_gb_month": 2})
    deployment("ec2", "container", prices={"neon_gb_month": 1})
    assert data(admin_client)["prices"]["neon_gb_month"] == 2
    assert "from lambda-prod, instead of 0.35" in text(admin_client)


def test_a_type_that_only_the_deployment_prices_can_be_chosen(admin_client):
    deployment("ec2", "container", instance_type="m5.large", prices={"ec2_hour_m5.large": 0.096})
    assert data(admin_client, BARE)["chart"]["here"]["container_usd"] == pytest.approx(70.08)
    assert "named by the deployment" in text(admin_client)


def test_a_type_without_a_price_is_said_to_have_none(admin_client):
    deployment("ec2", "container", instance_type="m5.large")
    assert "m5.large has no price" in text(admin_client)


def test_the_free_tier_of_this_month_is_counted_from_reports(admin_client):
    of = deployment()
    with time_machine.travel(datetime(2026, 11, 16, 12, tzinfo=UTC), tick=False):
        now = datetime.now(UTC)
        for key, days in (("1", 0), ("2", 10), ("3", 20)):
            report(of, key, reported_at=now - timedelta(days=days), billed_duration_ms=1_000)
        month = data(admin_client)["month"]
        page = text(admin_client)
    assert month["name"] == "November 2026" and month["reports"] == 2
    assert [use["used"] for use in month["uses"]] == [2, 2]
    assert month["uses"][0]["projected"] == pytest.approx(2 * 30 / 10)
    assert "From 2 reports of lambda-prod" in page


def test_without_reports_the_free_tier_is_an_estimate_and_says_so(admin_client):
    with time_machine.travel(datetime(2026, 11, 16, 12, tzinfo=UTC), tick=False):
        store_records([record(received_at=datetime.now(UTC)) for _ in range(10)])
        month = data(admin_client, "keep_warm_per_day=0")["month"]
        page = text(admin_client)
    assert month["uses"][0]["used"] == pytest.approx(10)
    assert month["uses"][1]["used"] == pytest.approx(10 * 0.2 * 0.5)
    assert "Estimated from 10 requests" in page


def test_the_chart_is_data_too(admin_client):
    answer = admin_client.get(f"/dashboard/costs.json?{BARE}")
    chart = json.loads(answer.content)["chart"]
    assert chart["break_even"] == pytest.approx(151_221, rel=1e-3)
    assert chart["points"][0][0] == 100
    assert chart["here"]["requests_per_day"] == 1_000


def test_a_url_brings_every_input_back(admin_client):
    changed = {"requests_per_day": "5000", "architecture": "arm64", "free_hours": "yes"}
    changed |= {"awake_hours": "100", "database": "neon_free", "cold_duration_ms": "300"}
    inputs = data(admin_client, "&".join(f"{name}={value}" for name, value in changed.items()))
    assert inputs["inputs"]["awake_hours"] == 100 and inputs["inputs"]["free_hours"] is True
    page = text(admin_client, "&".join(f"{name}={value}" for name, value in changed.items()))
    for name in changed:
        assert f'data-reset="{name}" href="?' in page


@pytest.mark.parametrize(
    ("query", "way_out"),
    [
        ("memory_mb=64", "a whole number from 128 to 10,240"),
        ("memory_mb=512.5", "a whole number from 128 to 10,240"),
        ("duration_ms=nan", "a number from 1 to 900,000"),
        ("gateway=x", "one of none, http_api, rest_api"),
        ("instances=1e99", "a whole number from 1 to 1,000"),
        ("free_tier=maybe", "one of yes, no"),
        ("requests_per_day=-1", "a number from 0 to 100,000,000"),
        ("instance_type=p5.48xlarge", "one of t2.micro, t2.small"),
        ("cold_share=2", "a number from 0 to 1"),
        ("awake_hours=731", "a number from 0 to 730"),
        ("compute_units=0.1", "a number from 0.25 to 56"),
        ("database=mysql", "one of neon_launch, neon_free, none"),
        ("scrapes_per_day=1e6", "a number from 0 to 86,400"),
        ("lambda_requests=free", "a number from 0 to"),
    ],
)
def test_an_input_out_of_bounds_is_named_with_what_it_may_be(admin_client, query, way_out):
    answer = admin_client.get(f"/dashboard/costs.json?{query}")
    assert answer.status_code == 400
    assert f"{query.partition('=')[0]} must be {way_out}" in answer.json()["error"]


def test_every_price_is_shown_with_its_date_and_source(admin_client):
    page = text(admin_client)
    assert "lambda_gb_s_arm64" in page and "https://aws.amazon.com/lambda/pricing/" in page
    assert "2026-11-24" in page and 'value="0.0000133334"' in page


def test_it_asks_few_questions_however_much_is_stored(admin_client, django_assert_num_queries):
    for number in range(20):
        report(deployment(f"lambda-{number}"), "1")
    # The session, its user, whether this is demo data; deployments, requests, reports of the
    # window and of the month.
    with django_assert_num_queries(7):
        text(admin_client)


def test_nobody_sees_it_without_a_log_in(client):
    assert client.get("/dashboard/costs/").status_code == 302


@pytest.mark.parametrize("names", [["ec2"], ["lambda"], ["other", "lambda", "ec2"], []])
def test_hosts_have_the_colours_of_their_deployments(admin_client, names):
    kinds = {"ec2": "container", "lambda": "lambda", "other": "other"}
    for name in names:
        deployment(name, kinds[name])
    colours = data(admin_client)["chart"]["colours"]
    for name, colour in zip(("lambda", "ec2"), colours, strict=True):
        assert name not in names or colour == names.index(name)
    assert len(set(colours)) == 2
