"""The page of AI spend: what it says of months, and of what is unpriced."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from tests.build import record, store_records

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def store(days, cost="1", **fields):
    """One request at noon of each of the days before today."""
    price = None if cost is None else Decimal(cost)
    store_records(
        [record(received_at=NOW - n * timedelta(days=1), cost_usd=price, **fields) for n in days]
    )


def ask(admin, **query):
    with time_machine.travel(NOW, tick=False):
        return admin.get("/dashboard/spend/", query)


def test_it_says_what_has_come_and_what_is_to_come(admin):
    store(range(60))
    verdict = ask(admin).context["verdict"]
    # Half of today is to come, and eleven days.
    assert verdict == (
        "March 2026 so far: $20.00, on course for $31.50 ($31.50 to $31.50). February 2026: $28.00."
    )


def test_the_month_before_is_told_as_far_as_this_one_has_come(admin):
    store(range(60))
    cards = ask(admin).context["cards"]
    assert [card.figure for card in cards] == ["$20.00", "$31.50", "$20.00", "$28.00"]
    assert cards[2].word == "February 2026 by this time"


def test_a_month_that_was_joined_late_says_so(admin):
    store(range(30))
    notes = [card.note for card in ask(admin).context["cards"]]
    assert notes[3] == "10 requests, the first on 19 Feb"
    assert notes[0] == "20 requests"


def test_too_little_history_projects_nothing_and_says_so(admin):
    store(range(1, 20))
    card = ask(admin).context["cards"][1]
    assert (card.figure, card.note) == (
        "–",
        "too little to go by: 18 of 28 whole days needed",
    )


def test_what_is_unpriced_is_said_to_be(admin):
    store(range(60), cost=None)
    answer = ask(admin)
    assert [card.figure for card in answer.context["cards"]] == ["unpriced", "–", "unpriced"] + [
        "unpriced"
    ]
    assert "on course" not in answer.context["verdict"]


def test_a_projection_is_of_priced_requests_alone(admin):
    store(range(60))
    store(range(3), cost=None)
    cards = ask(admin).context["cards"]
    assert (cards[0].figure, cards[0].beside) == ("$20.00", "+ 3 unpriced")
    assert cards[1].note.endswith("priced requests alone")


def test_what_leaves_requests_out_has_no_change(admin):
    for day in range(80):
        store([day / 10], business_id="priced")
        store([day / 10], business_id="partly", cost=None if day == 3 else "1")
    rows = ask(admin, window="24h").context["tables"][0][2]
    assert {row.name: row.change for row in rows} == {"priced": None, "partly": None}
    rows = ask(admin, since="2026-03-16T14:00Z", until="2026-03-20T13:00Z").context["tables"][0][2]
    assert {row.name: row.change is None for row in rows} == {"priced": False, "partly": True}


def test_it_says_when_there_is_nothing(admin):
    verdict = ask(admin).context["verdict"]
    assert verdict == "No requests in March 2026 so far; none in February 2026."


def test_a_businesss_spend_is_its_own(admin):
    store(range(60), business_id="vet")
    store(range(60))
    assert ask(admin, business="vet").context["cards"][0].figure == "$20.00"


def test_its_file_is_safe_to_open(admin):
    store([0], business_id="=1+1")
    with time_machine.travel(NOW, tick=False):
        file = admin.get("/dashboard/spend.csv", {"window": "30d"})
    assert file["Content-Disposition"] == 'attachment; filename="spend-20260219-20260321.csv"'
    assert file.content.decode().splitlines()[1] == "2026-03-20,'=1+1,gpt-5-mini,1,0,300,1"
