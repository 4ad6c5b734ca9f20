"""The list of requests, its pages, filters and exports, and one request."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard.export import defused
from tests.build import record
from tracking.models import AIRequest
from tracking.saving import store_records

pytestmark = pytest.mark.django_db


def listed(client, **query):
    """Request ids of one page."""
    return [row.request_id for row in client.get("/dashboard/requests/", query).context["requests"]]


def store(*records):
    store_records([record(**fields) for fields in records])


def test_the_newest_come_first(admin):
    now = datetime.now(UTC)
    store(*({"request_id": f"{n}", "received_at": now - timedelta(minutes=n)} for n in (2, 0, 1)))
    assert listed(admin) == ["0", "1", "2"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "slowest"])
def test_pages_show_each_request_once(admin, sort):
    moment = datetime.now(UTC)
    store(*({"received_at": moment, "duration_ms": float(n % 3)} for n in range(120)))
    seen, after = [], ""
    while True:
        page = admin.get("/dashboard/requests/", {"sort": sort, "after": after}).context
        seen += [row.pk for row in page["requests"]]
        after = page["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 120


def test_a_new_request_moves_no_page(admin):
    store(*({"request_id": f"{n:03}", "received_at": datetime.now(UTC)} for n in range(60)))
    after = admin.get("/dashboard/requests/").context["after"]
    expected = listed(admin, after=after)
    store({"request_id": "new"})
    assert listed(admin, after=after) == expected


def test_no_page_counts_the_table(admin, django_assert_num_queries):
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
        {"q": "x" * 201},
        {"business": "a\x00b"},
    ],
)
def test_it_refuses_what_has_no_meaning(admin, query):
    assert admin.get("/dashboard/requests/", query).status_code == 400
    if "after" not in query:
        assert admin.get("/dashboard/requests.json", query).json()["error"]


def test_the_csv_has_what_the_list_has(admin):
    store({"business_id": "vet"}, {"business_id": "clinic"})
    answer = admin.get("/dashboard/requests.csv", {"business": "vet"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["business_id"] for row in rows] == ["vet"]
    assert rows[0]["duration_ms"] == "1200.5"


def test_the_json_is_one_array(admin):
    store(*({"metadata": {"n": n}} for n in range(3)))
    answer = admin.get("/dashboard/requests.json")
    assert len(json.loads(b"".join(answer.streaming_content))) == 3


def test_an_export_of_nothing_is_an_empty_array(admin):
    answer = admin.get("/dashboard/requests.json")
    assert json.loads(b"".join(answer.streaming_content)) == []


def test_an_export_reads_page_by_page(admin, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("dashboard.export.CHUNK", 10)
    store(*({} for _ in range(25)))
    answer = admin.get("/dashboard/requests.json")
    with django_assert_max_num_queries(3):
        assert len(json.loads(b"".join(answer.streaming_content))) == 25


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_begins_a_formula_is_defused(text):
    assert defused(text) == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are():
    assert [defused(value) for value in (-1.5, "clinic", None)] == [-1.5, "clinic", None]


def test_one_request_shows_its_place_and_its_conversation(admin):
    store(*({"conversation_id": "talk", "duration_ms": 100.0 * n} for n in range(1, 11)))
    slowest = AIRequest.objects.get(duration_ms=1000.0)
    context = admin.get(f"/dashboard/requests/{slowest.pk}/").context
    assert context["share_below"] == 0.9
    assert len(context["timeline"]) == 10
    assert [column.here for column in context["columns"]].count(True) == 1


def test_a_request_that_is_not_there(admin):
    assert admin.get("/dashboard/requests/1/").status_code == 404
