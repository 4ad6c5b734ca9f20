"""Charts over time, box plots and keep-warm's price on the page of deployments."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.measurements import HOUR, deployment, measured, reported

pytestmark = pytest.mark.django_db

PAGE = "/dashboard/deployments/?window=24h"
DATA = "/dashboard/deployments.json?window=24h"
# In the middle of an hour, so that what follows within minutes lies in the same.
AT = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def three_hours_later():
    with time_machine.travel(AT + 3 * HOUR):
        yield


@pytest.fixture
def data(admin_client):
    return lambda: admin_client.get(DATA).json()


@pytest.fixture
def text(admin_client):
    return lambda: admin_client.get(PAGE).content.decode()


def test_hours_with_too_few_calls_are_gaps(data):
    measured("ec2", range(1, 73), sent_at=AT)
    measured("ec2", range(1, 72), sent_at=AT + HOUR)
    measured("ec2", range(1, 6), sent_at=AT + 2 * HOUR)
    over_time = data()["over_time"]
    p50, p95 = over_time["p50_ms"][0]["values"], over_time["p95_ms"][0]["values"]
    place = over_time["starts"].index(int((AT - timedelta(minutes=30)).timestamp()))
    assert p50[place : place + 3] == [36.5, 36.0, None]
    assert p95[place : place + 3] == [68.45, None, None]


def test_cold_shares_name_their_source(data):
    measured("lambda", range(40), sent_at=AT, cold_start=False)
    reported(50, AT, cold=5)
    reported(50, AT, "keep_warm", cold=5)
    lines = data()["over_time"]["cold_share"]
    found = {one["source"]: [v for v in one["values"] if v is not None] for one in lines}
    assert found == {"measured": [0.0], "reported": [0.1]}
    assert [sum(one["calls"]) for one in lines] == [40, 50]


def test_a_share_of_few_calls_is_a_gap_in_the_chart_and_a_count_in_the_table(text, data):
    reported(34, AT, cold=5)
    [line] = data()["over_time"]["cold_share"]
    assert set(line["values"]) == {None}
    assert "5 of 34: too few" in text()


def test_reports_alone_are_shown_too(text):
    reported(50, AT, cold=5)
    page = text()
    assert "Nothing was measured" in page
    assert "Cold, reported" in page and "5 of 50" in page


def test_box_plots_have_a_table_with_the_same_figures(text, data):
    measured("ec2", [*range(1, 101), 1_000])
    measured("lambda", [5, 6])
    assert "too few samples: 2 of 13" in text()
    ec2, few = data()["boxes"]
    assert (ec2["box"]["low_ms"], ec2["box"]["high_ms"], ec2["box"]["outliers"]) == (1, 100, 1)
    assert few == {"name": "lambda warm", "calls": 2, "box": None}


def test_calls_of_no_time_at_all_have_a_box_too(text):
    measured("ec2", [0.0] * 20)
    assert "box-median" in text()


def test_keep_warm_without_reports_says_how_to_import_them(text):
    assert "import_lambda_reports --log-group" in text()


def test_keep_warm_has_a_sentence_a_table_and_a_price(text, data):
    deployment(kind="lambda", architecture="arm64", prices={"lambda_requests": 0.4})
    reported(200, AT, cold=40)
    reported(200, AT + HOUR, cold=2)
    reported(12, AT + HOUR, "keep_warm", billed_duration_ms=3.0, duration_ms=3.0)
    assert "lambda: keep-warm avoids 13.0 to 25.4 cold starts in 100 requests" in text()
    [found] = data()["keep_warm"]
    # 12 calls of 3 ms at 1 GB, for 38 cold starts that were avoided in that hour.
    paid = 12 * 0.003 * 0.0000133334 + 12 * 0.4e-6
    assert found["usd"] == pytest.approx(paid)
    assert found["usd_per_avoided"] == pytest.approx(paid / 38)


def test_keep_warm_that_may_do_nothing_has_no_price(text, data):
    reported(200, AT, cold=3)
    reported(200, AT + HOUR, cold=2)
    reported(12, AT + HOUR, "keep_warm")
    assert "nothing shows that keep-warm avoids cold starts" in text()
    assert "Price of a million" not in text()
    assert data()["keep_warm"][0]["usd_per_avoided"] is None


def test_keep_warm_all_the_time_asks_for_a_longer_window(text):
    reported(200, AT, cold=3)
    reported(12, AT, "keep_warm")
    assert "too few reports to say what keep-warm does: 0 requests without it" in text()
    assert "Choose a window that reaches back" in text()


def test_too_many_reports_are_said_to_be_cut(text, monkeypatch):
    monkeypatch.setattr("dashboard.deployments.measured.REPORTS_MAX", 40)
    reported(40, AT, cold=40)
    reported(40, AT + HOUR)
    page = text()
    assert "Of the reports the newest" in page
    assert "0 of 40" in page and "40 of 40" not in page


def test_an_empty_window_has_no_charts(text):
    deployment("ec2")
    page = text()
    assert "over-time" not in page.partition("<main")[2] and "box-plot" not in page
