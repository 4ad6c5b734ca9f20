"""Two of anything side by side."""

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import exp
from statistics import NormalDist

import pytest

from dashboard.compare import sides
from dashboard.compare.comparison import compared_of
from dashboard.compare.sides import Side
from dashboard.figures.figures import Figures
from dashboard.frame.window import Window
from tests.build import record, store_records
from tracking.store.bins import duration_bin

pytestmark = pytest.mark.django_db


def store(n=1, **fields):
    store_records([record(**fields) for _ in range(n)])


def compare(client, **query):
    return client.get("/dashboard/compare/", query).context


def log_normal(count, median_ms, spread=0.525):
    """Quantiles of the distribution: as many durations, and nothing left to chance."""
    of_rank = NormalDist(0, spread).inv_cdf
    return [median_ms * exp(of_rank((rank + 0.5) / count)) for rank in range(count)]


def store_all(durations_ms, **fields):
    store_records([record(duration_ms=duration_ms, **fields) for duration_ms in durations_ms])


def rows_of(client, **query):
    context = compare(client, **query)
    return {row.name: row for row in (*context["percentiles"], context["failed"], context["cost"])}


def test_the_busiest_two_are_compared(admin):
    store(9, request_model="a", duration_ms=100.0)
    store(8, request_model="b", duration_ms=900.0)
    context = compare(admin)
    assert [side.word for side in context["sides"]] == ["a", "b"]
    assert context["sentences"][0].startswith("b is 800 ms slower than a at the median")


def test_they_can_be_swapped(admin):
    store(9, request_model="a", duration_ms=100.0)
    store(8, request_model="b", duration_ms=900.0)
    assert compare(admin, a="b", b="a")["sentences"][0].startswith("a is 800 ms quicker than b")


def test_medians_whose_intervals_nearly_meet_differ_for_certain(admin):
    """A day's 472 and 249 requests, whose bootstrap says 0.17 to 0.44 s and whose ranks z = 5.6."""
    store_all(log_normal(472, 1_140), request_model="gpt-4o-mini")
    store_all(log_normal(249, 1_430), request_model="claude-3-5-haiku")
    context = compare(admin)
    gap = context["percentiles"][0].difference
    assert gap.certain and gap.interval.low == pytest.approx(150, abs=30)
    assert gap.interval.high == pytest.approx(430, abs=30)
    said = f"claude-3-5-haiku is {gap.interval.low:.0f} to {gap.interval.high:.0f} ms slower"
    assert context["sentences"][0].startswith(f"{said} than gpt-4o-mini at the median")


@pytest.mark.parametrize("exact", [True, False])
def test_p95s_whose_bins_meet_differ_for_certain(exact):
    """A month's: 2.53 to 2.64 s against 2.78 to 2.94 s."""
    a, b = (side(log_normal(*of), exact) for of in ((12_560, 1_090), (5_491, 1_206)))
    p95 = next(row for row in compared_of(a, b) if row.name == "p95")
    assert p95.difference and p95.difference.certain
    assert 150 < p95.difference.interval.low < 270 < p95.difference.interval.high < 400


def test_a_median_is_told_finer_than_its_bin():
    median = side(log_normal(29_243, 1_290), exact=False).percentile(50).interval
    assert 1_270 < median.low < 1_290 < median.high < 1_310


def side(durations_ms, exact):
    figures = Figures(requests=len(durations_ms), bins=Counter(map(duration_bin, durations_ms)))
    now = datetime.now(UTC)
    return Side("a", "a", Window(now, now), figures, durations_ms if exact else [], [])


def test_too_few_samples_are_said_to_be_so(admin):
    store(31, request_model="a")
    store(80, request_model="b")
    p95 = rows_of(admin, a="a", b="b")["p95"]
    assert (p95.a.few, p95.b.few) == ("too few samples: 31 of 72 needed for p95", "")
    assert (p95.difference, p95.change, p95.words) == (None, None, "")


def test_where_none_is_seen_it_says_how_large_it_could_be(admin):
    store_all(log_normal(200, 1_000), request_model="a")
    store_all(log_normal(180, 1_000), request_model="b")
    p50 = rows_of(admin)["p50"]
    assert p50.words == "no difference seen"
    assert p50.more_words.startswith("one of more than 1") and "\u202fms would" in p50.more_words
    assert compare(admin)["sentences"][0].startswith("No difference seen between b and a")


def test_failures_and_costs_are_compared(admin):
    store_all(log_normal(150, 900), request_model="a", cost_usd=Decimal("0.004"))
    store_all(log_normal(60, 900), request_model="b", cost_usd=Decimal("0.005"))
    store(20, request_model="b", error_type="timeout", cost_usd=None)
    rows, sentences = rows_of(admin), compare(admin)["sentences"]
    assert rows["Failed"].certain and rows["Cost a request"].certain
    assert any(
        said.startswith("b fails ") and " points more often than a" in said for said in sentences
    )
    assert "b is $0.001 a request dearer than a (95\u202f%)." in sentences


def test_an_unpriced_side_has_no_cost_to_compare(admin):
    store(50, request_model="a")
    store(40, request_model="b", cost_usd=None)
    assert rows_of(admin)["Cost a request"].difference is None


def test_one_of_six_that_looks_so_is_no_certainty(admin):
    """The median alone would show a difference, once in 40 times by chance."""
    store_all(log_normal(300, 1_000), request_model="a")
    store_all(log_normal(299, 1_118), request_model="b")
    p50 = rows_of(admin)["p50"]
    assert p50.words.startswith("perhaps ") and not p50.certain
    assert "by chance 1 in " in p50.more_words


def test_requests_are_read_where_they_are_few(admin, monkeypatch):
    """Bins don't tell two durations of one bin apart."""
    store_all([1_150.0] * 40, request_model="a")
    store_all([1_110.0] * 40, request_model="b")
    assert rows_of(admin, a="a", b="b")["p50"].certain
    monkeypatch.setattr(sides, "ALL_UP_TO", 50)
    monkeypatch.setattr(sides, "NEWEST", 40)
    assert not rows_of(admin, a="a", b="b")["p50"].certain


def test_json_and_csv_say_the_same(admin):
    store_all(log_normal(90, 1_000), request_model="a")
    store_all(log_normal(80, 1_500), request_model="b")
    data = admin.get("/dashboard/compare.json").json()
    rows = data["differences"]
    assert data["sides"][0]["p50_ms"] == pytest.approx(rows[0]["a"], abs=0.1)
    assert data["sides"][0]["requests"] == 90 and data["sides"][0]["total_tokens"] == 27_000
    lines = list(csv.DictReader(admin.get("/dashboard/compare.csv").content.decode().splitlines()))
    assert [line["words"] for line in lines] == [row["words"] for row in rows]
    assert float(lines[0]["difference_low"]) == rows[0]["difference_low"]
    assert rows[0]["certain"] and lines[0]["certain"] == "True"
    assert {(line["of_a"], line["of_b"]) for line in lines} == {("a", "b")}


def test_no_name_in_the_csv_is_a_formula(admin):
    store(20, request_model="=1+1")
    store(10, request_model="b")
    assert admin.get("/dashboard/compare.csv").content.splitlines()[1].startswith(b"'=1+1,b,")


def test_the_same_durations_make_no_difference(admin):
    store(20, request_model="a")
    store(20, request_model="b")
    said = compare(admin)["sentences"]
    assert said == ["No difference seen between b and a at the median."]


def test_periods_are_compared(admin):
    store(10, duration_ms=100.0)
    store(10, duration_ms=900.0, received_at=datetime.now(UTC) - timedelta(days=1, hours=1))
    sides = compare(admin, of="period")["sides"]
    assert [side.figures.requests for side in sides] == [10, 10]
    assert sides[0].window.since == sides[1].window.until


def test_its_chart_reaches_one(admin):
    store(9, request_model="a")
    store(8, request_model="b")
    sides = admin.get("/dashboard/compare.json").json()["sides"]
    assert [side["ecdf"][-1][1] for side in sides] == [1, 1]


def test_requests_without_a_deployment_can_be_compared(admin):
    store(9, deployment="")
    store(8, deployment="lambda")
    none, _ = compare(admin, of="deployment")["sides"]
    assert (none.word, none.figures.requests) == ("none", 9)


def test_other_filters_stay_when_sides_are_picked(admin):
    store(9, request_model="a")
    store(8, request_model="b")
    page = admin.get("/dashboard/compare/", {"business": "clinic", "a": "b", "b": "a"})
    picker = page.content.decode().partition("picker")[2].partition("</form>")[0]
    assert '<input type="hidden" name="business" value="clinic">' in picker
    assert 'type="hidden" name="a"' not in picker


def test_one_alone_is_not_compared(admin):
    store(9)
    assert compare(admin)["sides"] == ()


@pytest.mark.parametrize("query", [{"of": "colour"}, {"of": "period", "a": "then"}])
def test_it_refuses_what_cannot_be_compared(admin, query):
    assert admin.get("/dashboard/compare/", query).status_code == 400
