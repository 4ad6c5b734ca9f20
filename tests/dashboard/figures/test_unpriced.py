"""Unpriced, partly priced and free are three things."""

from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from dashboard.figures.figures import Figures
from tests.build import record, store_records

SPELLED = {
    "free": ([0, 0], "free", "free"),
    "unpriced": ([None, None], "unpriced", "unpriced"),
    "partly": (["0.5", None], "$0.50 + 1 unpriced", "≥ $0.50"),
    "partly free": ([0, None], "free + 1 unpriced", "partly priced"),
    "priced": (["0.5", "0.25"], "$0.75", "$0.75"),
}


def spelled(html):
    words = strip_tags(html).replace("\N{NARROW NO-BREAK SPACE}", " ")
    return " ".join(words.split())


def store(costs, **fields):
    priced = [None if cost is None else Decimal(cost) for cost in costs]
    store_records(
        [record(cost_usd=cost, appointment_booked=not n, **fields) for n, cost in enumerate(priced)]
    )


def test_a_request_costs_what_priced_ones_cost():
    figures = Figures(requests=4, priced=2, cost_usd=Decimal("0.01"))
    assert (figures.cost_per_request, figures.unpriced) == (Decimal("0.005"), 2)


def test_without_a_price_a_request_costs_nothing_known():
    assert Figures(requests=4).cost_per_request is None


@pytest.mark.django_db
@pytest.mark.parametrize("kind", SPELLED)
def test_a_breakdown_tells_them_apart(admin, kind):
    costs, whole, booking = SPELLED[kind]
    store(costs)
    row = admin.get("/dashboard/breakdown/").content.decode().partition("<tbody>")[2]
    cells = [row.partition(f'data-word="{word}"')[2] for word in ("Cost", "Cost per booking")]
    told = [spelled(f"<td{cell.partition('</td>')[0]}") for cell in cells]
    assert told == [whole, booking]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", SPELLED)
def test_the_overview_tells_them_apart(admin, kind):
    costs, whole, booking = SPELLED[kind]
    store(costs)
    answer = admin.get("/dashboard/")
    card = answer.context["cards"][3]
    assert spelled(f"{card.figure} {card.note}") == whole
    assert spelled(dict(detail[:2] for detail in card.details)["A booking"]) == booking
    assert f"≤ 1.3 s, {whole}" in spelled(answer.content.decode())


@pytest.mark.django_db
def test_where_nothing_was_booked_a_booking_has_no_price(admin):
    store_records([record(cost_usd=None)])
    card = admin.get("/dashboard/").context["cards"][3]
    assert ("A booking", "–", "") in card.details


@pytest.mark.django_db
def test_compare_says_of_how_many_a_cost_is(admin):
    store(["0.5", None])
    store([0, 0], request_model="local")
    html = admin.get("/dashboard/compare/", {"a": "gpt-5-mini", "b": "local"}).content.decode()
    text = spelled(html.replace("</t", " </t"))
    assert "Cost a request $0.50, 1 priced free" in text
    assert "Cost $0.50 + 1 unpriced free" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "cost", "booking"),
    [("free", 0.0, 0.0), ("unpriced", None, None), ("partly", 0.5, None), ("priced", 0.75, 0.75)],
)
def test_json_tells_them_apart(admin, kind, cost, booking):
    store(SPELLED[kind][0])
    [group] = admin.get("/dashboard/breakdown.json").json()["groups"]
    assert (group["cost_usd"], group["cost_per_booking_usd"]) == (cost, booking)
    assert group["priced"] + group["unpriced"] == 2


@pytest.mark.django_db
def test_exports_and_lists_tell_a_free_request_from_an_unpriced_one(admin):
    store([0, None])
    rows = admin.get("/dashboard/requests.json").getvalue().decode()
    assert '"cost_usd": null' in rows
    assert '"cost_usd": 0.0' in rows
    table = spelled(admin.get("/dashboard/requests/").content.decode().partition("<tbody>")[2])
    assert "unpriced" in table
    assert "free" in table


@pytest.mark.django_db
def test_where_a_cost_is_missing_nobody_is_called_the_dearest(admin):
    store([1, 1])
    store([None, 2], request_model="gpt-5")
    assert not any(entry.dearest for entry in admin.get("/dashboard/").context["top_models"])
