"""Figures by label, in the viewer's order."""

import csv

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


@pytest.mark.parametrize(("by", "leads_to"), [("business", "business"), ("intent", "requests")])
def test_a_row_leads_to_its_page_or_its_requests(admin, by, leads_to):
    store(business_id="vet & co", intent="vet & co")
    page = admin.get("/dashboard/breakdown/", {"by": by, "window": "7d"}).content.decode()
    assert f'href="/dashboard/{leads_to}/?window=7d&amp;{by}=vet+%26+co"' in page


ORDERS = ["requests", "failures", "p50", "p95", "tokens", "cost", "cost_per_booking"]


@pytest.mark.parametrize("order", ORDERS)
def test_the_highest_come_first(admin, order):
    store(80, business_id="low")
    store(80, business_id="none", cost_usd=None)
    high = {"error_type": "x", "duration_ms": 9e3, "appointment_booked": True}
    store(90, business_id="high", **high)
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


def test_shares_are_of_all_that_are_shown(admin):
    store(3, business_id="vet")
    store(1)
    page = admin.get("/dashboard/breakdown/", {"by": "business"}).content.decode()
    assert page.count('<rect width="75.0"') == 2
    assert page.count('<rect width="25.0"') == 2


def test_a_file_of_it_is_safe_to_open_and_leaves_empty_what_is_unknown(admin):
    store(2, business_id="=1+1", cost_usd=None)
    answer = admin.get("/dashboard/breakdown.csv", {"by": "business"})
    assert "by-business-" in answer["Content-Disposition"]
    [row] = csv.DictReader(answer.content.decode().splitlines())
    assert (row["business"], row["requests"], row["cost_usd"]) == ("'=1+1", "2", "")


def test_a_file_of_nothing_has_its_head(admin):
    assert admin.get("/dashboard/breakdown.csv").content.startswith(b"model,requests,failures")


@pytest.mark.parametrize("query", [{"by": "colour"}, {"order": "colour"}])
def test_it_refuses_what_has_no_meaning(admin, query):
    assert admin.get("/dashboard/breakdown/", query).status_code == 400
