"""Figures by label, in the viewer's order."""

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
    assert figures.booked.value == 0.5
    assert float(figures.cost_per_booking) == 0.0084


def test_a_row_leads_to_its_requests(admin):
    store(business_id="vet & co")
    page = admin.get("/dashboard/breakdown/", {"by": "business", "window": "7d"}).content.decode()
    assert 'href="/dashboard/requests/?window=7d&amp;business=vet+%26+co"' in page


@pytest.mark.parametrize("order", ["requests", "failures", "p95", "cost", "cost_per_booking"])
def test_the_highest_come_first(admin, order):
    store(80, business_id="low")
    store(80, business_id="none", cost_usd=None)
    store(90, business_id="high", error_type="x", duration_ms=9e3, appointment_booked=True)
    groups = admin.get("/dashboard/breakdown/", {"by": "business", "order": order}).context[
        "groups"
    ]
    assert groups[0][0] == "high"


def test_a_second_click_on_a_head_reverses_the_order(admin):
    store(2, business_id="low")
    store(3, business_id="high")
    query = {"by": "business", "order": "requests"}
    link = '?by=business&amp;order=requests&amp;first=lowest">Requests'
    assert link in admin.get("/dashboard/breakdown/", query).content.decode()
    answer = admin.get("/dashboard/breakdown/", query | {"first": "lowest"})
    assert [name for name, _ in answer.context["groups"]] == ["low", "high"]
    assert link not in answer.content.decode()
    assert 'aria-sort="ascending"' in answer.content.decode()


def test_what_has_no_figure_comes_last_in_either_order(admin):
    store(business_id="none", cost_usd=None)
    store(business_id="some")
    for first in ("highest", "lowest"):
        query = {"by": "business", "order": "cost", "first": first}
        groups = admin.get("/dashboard/breakdown/", query).context["groups"]
        assert [name for name, _ in groups] == ["some", "none"]


def test_booked_is_a_count_and_the_booking_rate_a_rate(admin):
    store(50, appointment_requested=True, appointment_booked=True)
    store(50, appointment_requested=True)
    page = admin.get("/dashboard/breakdown/").content.decode()
    assert '<td data-word="Booked">50</td>' in page
    assert "50 %" in page.partition('data-word="Booking rate"')[2][:80]
    overview = admin.get("/dashboard/").content.decode()
    assert "Booking rate</th>" in overview


@pytest.mark.parametrize("query", [{"by": "colour"}, {"order": "colour"}])
def test_it_refuses_what_has_no_meaning(admin, query):
    assert admin.get("/dashboard/breakdown/", query).status_code == 400
