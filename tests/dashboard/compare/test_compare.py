"""Two of anything side by side."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.build import record, store_records

pytestmark = pytest.mark.django_db


def store(n=1, **fields):
    store_records([record(**fields) for _ in range(n)])


def compare(client, **query):
    return client.get("/dashboard/compare/", query).context


def test_the_busiest_two_are_compared(admin):
    store(9, request_model="a", duration_ms=100.0)
    store(8, request_model="b", duration_ms=900.0)
    context = compare(admin)
    assert [side.word for side in context["sides"]] == ["a", "b"]
    assert context["sentence"].startswith("b is slower than a: ")


def test_they_can_be_swapped(admin):
    store(9, request_model="a", duration_ms=100.0)
    store(8, request_model="b", duration_ms=900.0)
    assert compare(admin, a="b", b="a")["sentence"].startswith("a is faster than b: ")


def test_too_few_samples_are_said_to_be_so(admin):
    store(31, request_model="a")
    store(80, request_model="b")
    percentiles = {each.percent: each for each in compare(admin, a="a", b="b")["percentiles"]}
    assert percentiles[95].few == ("too few samples: 31 of 72 needed for p95", "")
    assert percentiles[95].change is None
    assert percentiles[50].few == ("", "")


def test_the_same_durations_make_no_difference(admin):
    store(20, request_model="a")
    store(20, request_model="b")
    assert compare(admin)["sentence"].startswith("No clear difference")


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
