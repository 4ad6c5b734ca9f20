"""Figures by label, and two of anything side by side."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.build import record, store_records

pytestmark = pytest.mark.django_db


def store(n=1, **fields):
    store_records([record(**fields) for _ in range(n)])


@pytest.mark.parametrize("by", ["model", "business", "intent", "response_type", "error"])
def test_a_breakdown_adds_up(admin, by):
    store(3, business_id="vet", request_model="gpt-5", intent="pricing", error_type="timeout")
    store(2)
    groups = admin.get("/dashboard/breakdown.json", {"by": by}).json()["groups"]
    assert sum(group["requests"] for group in groups) == 5


def test_a_business_shows_what_a_booking_costs(admin):
    store(2, appointment_requested=True)
    store(2, appointment_requested=True, appointment_booked=True)
    [(_, figures)] = admin.get("/dashboard/breakdown/", {"by": "business"}).context["groups"]
    assert figures.booking_rate == 0.5
    assert float(figures.cost_per_booking) == 0.0084


def test_a_row_leads_to_its_requests(admin):
    store(business_id="vet & co")
    page = admin.get("/dashboard/breakdown/", {"by": "business", "window": "7d"}).content.decode()
    assert 'href="/dashboard/requests/?window=7d&amp;business=vet+%26+co"' in page


def test_those_without_an_error_can_be_asked_for(admin):
    store(2)
    store(error_type="timeout")
    answer = admin.get("/dashboard/requests/", {"error": "(none)"})
    assert len(answer.context["requests"]) == 2


@pytest.mark.parametrize("order", ["requests", "failures", "p95", "cost", "cost_per_booking"])
def test_the_highest_come_first(admin, order):
    store(80, business_id="low")
    store(80, business_id="none", cost_usd=None)
    store(90, business_id="high", error_type="x", duration_ms=9e3, appointment_booked=True)
    groups = admin.get("/dashboard/breakdown/", {"by": "business", "order": order}).context[
        "groups"
    ]
    assert groups[0][0] == "high"


@pytest.mark.parametrize("query", [{"by": "colour"}, {"order": "colour"}])
def test_it_refuses_what_has_no_meaning(admin, query):
    assert admin.get("/dashboard/breakdown/", query).status_code == 400


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
    lines = {line.percent: line for line in compare(admin, a="a", b="b")["lines"]}
    assert lines[95].few == ("too few samples: 31 of 72 needed for p95", "")
    assert lines[95].change is None
    assert lines[50].few == ("", "")


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


def test_one_alone_is_not_compared(admin):
    store(9)
    assert compare(admin)["sides"] == ()


@pytest.mark.parametrize("query", [{"of": "colour"}, {"of": "period", "a": "then"}])
def test_it_refuses_what_cannot_be_compared(admin, query):
    assert admin.get("/dashboard/compare/", query).status_code == 400
