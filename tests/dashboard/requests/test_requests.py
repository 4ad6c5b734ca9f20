"""The list of requests, its pages and its filters."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.build import record, store_records

pytestmark = pytest.mark.django_db
PRICES = [None, Decimal(0), Decimal("0.000000000017")]


def listed(client, **query):
    """Request ids of one page."""
    return [row.request_id for row in client.get("/dashboard/requests/", query).context["requests"]]


def store(*records):
    store_records([record(**fields) for fields in records])


def test_the_newest_come_first(admin):
    now = datetime.now(UTC)
    store(*({"request_id": f"{n}", "received_at": now - timedelta(minutes=n)} for n in (2, 0, 1)))
    assert listed(admin) == ["0", "1", "2"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "slowest", "quickest", "dearest", "cheapest"])
def test_pages_show_each_request_once(admin, sort):
    moment = datetime.now(UTC)
    store(
        *(
            {"received_at": moment, "duration_ms": float(n % 3), "cost_usd": PRICES[n % 3]}
            for n in range(120)
        )
    )
    seen, after = [], ""
    while True:
        page = admin.get("/dashboard/requests/", {"sort": sort, "after": after}).context
        seen += [row.pk for row in page["requests"]]
        after = page["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 120


def test_the_dearest_come_first_and_the_unpriced_last(admin):
    costs = {"cheap": Decimal("0.0009"), "unpriced": None, "dear": Decimal(12), "free": Decimal(0)}
    store(*({"request_id": name, "cost_usd": cost} for name, cost in costs.items()))
    assert listed(admin, sort="dearest") == ["dear", "cheap", "free", "unpriced"]
    assert listed(admin, sort="cheapest") == ["free", "cheap", "dear", "unpriced"]


@pytest.mark.parametrize(
    ("sort", "following"),
    [("newest", "oldest"), ("oldest", "newest"), ("slowest", "quickest"), ("dearest", "cheapest")],
)
def test_a_second_click_on_a_head_reverses_the_order(admin, sort, following):
    store({})
    page = admin.get("/dashboard/requests/", {"sort": sort}).content.decode()
    [head] = re.findall(r'<th[^>]*aria-sort="(\w+)"><a href="\?sort=(\w+)"', page)
    assert head == ("ascending" if sort == "oldest" else "descending", following)


@pytest.mark.parametrize(
    ("search", "found"),
    [("vet", {"a"}), ("GPT-5", {"a", "b"}), ("time", {"b"}), ("talk", {"c"}), ("tal", set())],
)
def test_a_search_finds_names_in_part_and_ids_whole(admin, search, found):
    store(
        {"request_id": "a", "business_id": "happy-vet"},
        {"request_id": "b", "error_type": "timeout"},
        {"request_id": "c", "request_model": "local", "conversation_id": "talk"},
    )
    assert set(listed(admin, q=search)) == found


@pytest.mark.parametrize(
    ("stored", "words"),
    [(0, "0 requests"), (1, "1 request"), (51, "51 requests"), (61, "More than 60 requests")],
)
def test_it_says_how_many_fit(admin, monkeypatch, stored, words):
    monkeypatch.setattr("dashboard.requests.pages.COUNTED_AT_MOST", 60)
    monkeypatch.setattr("dashboard.requests.views.COUNTED_AT_MOST", 60)
    store(*({} for _ in range(stored)), {"business_id": "another"})
    answer = admin.get("/dashboard/requests/", {"business": "clinic"})
    assert f"<strong>{words}</strong>" in answer.content.decode()


def test_too_many_to_sort_by_cost_come_by_time_and_it_says_so(admin, monkeypatch):
    monkeypatch.setattr("dashboard.requests.pages.SORTED_AT_MOST", 2)
    now = datetime.now(UTC)
    store(*({"request_id": f"{n}", "received_at": now - timedelta(hours=n)} for n in range(3)))
    answer = admin.get("/dashboard/requests/", {"sort": "dearest"})
    assert "too many to sort by cost" in answer.content.decode()
    assert [row.request_id for row in answer.context["requests"]] == ["0", "1", "2"]
    assert admin.get("/dashboard/requests.json", {"sort": "dearest"}).status_code == 400
    assert listed(admin, sort="dearest", window="1h") == ["0"]


def test_a_new_request_moves_no_page(admin):
    store(*({"request_id": f"{n:03}", "received_at": datetime.now(UTC)} for n in range(60)))
    after = admin.get("/dashboard/requests/").context["after"]
    expected = listed(admin, after=after)
    store({"request_id": "new"})
    assert listed(admin, after=after) == expected


def test_no_page_counts_the_whole_table(admin):
    store(*({} for _ in range(51)))
    with CaptureQueriesContext(connection) as queries:
        admin.get("/dashboard/requests/")
    [counted] = [query["sql"] for query in queries if "COUNT(" in query["sql"].upper()]
    assert "LIMIT 10001" in counted


def test_a_page_that_is_the_only_one_counts_nothing(admin, django_assert_num_queries):
    store({})
    with django_assert_num_queries(5) as queries:
        admin.get("/dashboard/requests/")
    assert not [query for query in queries if "COUNT(" in query["sql"].upper()]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"business": "vet"}, {"business_id": "vet"}),
        ({"model": "gpt-5"}, {"request_model": "gpt-5"}),
        ({"provider": "gcp.gemini"}, {"provider_name": "gcp.gemini"}),
        ({"intent": "pricing"}, {"intent": "pricing"}),
        ({"response_type": "error"}, {"response_type": "error"}),
        ({"deployment": "lambda"}, {"deployment": "lambda"}),
        ({"failed": "1"}, {"error_type": "timeout"}),
        ({"slower_ms": "5000"}, {"duration_ms": 6000.0}),
        ({"faster_ms": "100"}, {"duration_ms": 50.0}),
        ({"dearer_usd": "1"}, {"cost_usd": Decimal(2)}),
        ({"cheaper_usd": "0.001"}, {"cost_usd": Decimal("0.0005")}),
        ({"q": "that one"}, {"request_id": "that one"}),
        ({"q": "talk"}, {"conversation_id": "talk"}),
        ({"q": "visit"}, {"session_id": "visit"}),
    ],
)
def test_filters(admin, query, fields):
    store({}, fields)
    [found] = admin.get("/dashboard/requests/", query).context["requests"]
    assert all(getattr(found, name) == value for name, value in fields.items())


def test_those_without_an_error_can_be_asked_for(admin):
    store({}, {})
    store({"error_type": "timeout"})
    answer = admin.get("/dashboard/requests/", {"error": "(none)"})
    assert len(answer.context["requests"]) == 2


def test_a_filter_is_a_chip_that_can_be_removed(admin):
    answer = admin.get("/dashboard/requests/", {"model": "gpt-5", "failed": "1", "window": "7d"})
    without = {chip.word: chip.without for chip in answer.context["chips"]}
    assert without == {"Model": "?failed=1&window=7d", "Outcome": "?model=gpt-5&window=7d"}


@pytest.mark.parametrize(
    "query",
    [
        {"slower_ms": "fast"},
        {"slower_ms": "-1"},
        {"slower_ms": "NaN"},
        {"dearer_usd": "1e99"},
        {"sort": "random"},
        {"after": "yesterday"},
        {"after": "2026-01-01T00:00:00_1"},
        {"after": "NaN_1", "sort": "dearest"},
        {"after": "1e17_1", "sort": "dearest"},
        {"after": "inf_1", "sort": "slowest"},
        {"open": "-1"},
        {"open": "9" * 5_000},
        {"q": "x" * 201},
        {"business": "a\x00b"},
    ],
)
def test_it_refuses_what_has_no_meaning(admin, query):
    assert admin.get("/dashboard/requests/", query).status_code == 400
    if not {"after", "open"} & query.keys():
        assert admin.get("/dashboard/requests.json", query).json()["error"]


def test_as_many_as_may_be_sorted_by_cost_are(admin, monkeypatch):
    monkeypatch.setattr("dashboard.requests.pages.SORTED_AT_MOST", 2)
    store({"request_id": "dear"}, {"request_id": "unpriced", "cost_usd": None})
    assert listed(admin, sort="dearest") == ["dear", "unpriced"]


def test_other_finds_what_was_counted_as_other(admin, settings):
    settings.MAX_LABEL_SETS = 10
    store(*({"intent": f"intent {n}"} for n in range(20)))
    assert len(listed(admin, intent="other")) == 18


def test_only_one_asks_for_what_failed(admin):
    store({"request_id": "worked"}, {"request_id": "broken", "error_type": "timeout"})
    assert listed(admin, failed="1") == ["broken"]
    assert set(listed(admin, failed="0")) == {"worked", "broken"}


@pytest.mark.parametrize(
    "query",
    [
        {"dearer_usd": "1e-999999999"},
        {"dearer_usd": "0e999999999"},
        {"cheaper_usd": "1e-99999"},
        {"slower_ms": "1e-400"},
        {"sort": "dearest", "after": "1e-999999999_1"},
        {"sort": "slowest", "after": "1e-999999999_1"},
        {"dearer_usd": "1E-12"},
    ],
)
def test_a_number_smaller_than_any_stored_one_is_nothing(admin, query):
    assert admin.get("/dashboard/requests/", query).status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59"])
def test_a_key_outside_of_time_is_a_400(admin, moment):
    answer = admin.get("/dashboard/requests/", {"after": f"{moment}_1"})
    assert answer.status_code == 400
