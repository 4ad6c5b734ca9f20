"""Every figure of a page is the figure of the raw rows of the window that it states."""

import csv
import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.frame.window import PRESET_WORDS
from tests.dashboard.a_month import NOW, rows_between, stated_window
from tracking.store.bins import BOUNDS_MS, duration_bin

pytestmark = pytest.mark.django_db
ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu"]
FILTERS = [{}, {"business": "clinic-1"}, {"model": "model-0", "error": "(none)"}]
COLUMNS = {
    "business": "business_id",
    "model": "request_model",
    "intent": "intent",
    "error": "error_type",
}


@pytest.fixture(params=PRESET_WORDS)
def preset(request):
    return request.param


@pytest.fixture(params=ZONES)
def zone(request):
    return request.param


@pytest.fixture(params=FILTERS, ids=lambda labels: "-".join(labels) or "all")
def asked(request, preset, zone):
    """A query: a window, a zone and a filter."""
    return {"window": preset, "tz": zone, **request.param}


def fitting(rows, query):
    wanted = {COLUMNS[name]: query[name] for name in COLUMNS if name in query}
    wanted = {column: "" if value == "(none)" else value for column, value in wanted.items()}
    return [row for row in rows if all(getattr(row, name) == wanted[name] for name in wanted)]


def stated(admin, path, query):
    """The page's answer, and the rows that fit it and its window."""
    answer = admin.get(path, query)
    return answer, fitting(rows_between(*stated_window(answer.content.decode())), query)


def grouped(rows, column):
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(getattr(row, column), []).append(row)
    return groups


def needed(percent):
    """So few samples leave out a percentile's interval with 95 %."""
    share = percent / 100
    return math.ceil(math.log(0.025) / math.log(max(share, 1 - share)))


def assert_percentile(told, rows, percent):
    if len(rows) < needed(percent):
        assert told is None
        return
    exact = sorted(row.duration_ms for row in rows)[math.ceil(percent / 100 * len(rows)) - 1]
    bin_ = duration_bin(exact)
    assert BOUNDS_MS[bin_ - 1] - 0.1 <= told <= BOUNDS_MS[bin_] + 0.1


def cost_of(rows):
    costs = [row.cost_usd for row in rows if row.cost_usd is not None]
    return sum(costs) if costs else None


def near(value):
    return None if value is None else pytest.approx(float(value))


def assert_told(told, rows):
    """`told` is the JSON of a group."""
    booked = sum(row.appointment_booked for row in rows)
    cost, unpriced = cost_of(rows), sum(row.cost_usd is None for row in rows)
    assert told["requests"] == len(rows)
    assert told["failures"] == sum(bool(row.error_type) for row in rows)
    for name in ("input_tokens", "output_tokens", "total_tokens"):
        assert told[name] == sum(getattr(row, name) or 0 for row in rows)
    assert (told["cost_usd"], told["unpriced"]) == (near(cost), unpriced)
    assert told["appointments_requested"] == sum(row.appointment_requested for row in rows)
    assert told["appointments_booked"] == booked
    assert told["human_handoffs"] == sum(row.human_handoff_requested for row in rows)
    of_one = cost / booked if booked and cost is not None and not unpriced else None
    assert told["cost_per_booking_usd"] == near(of_one)
    for percent in (50, 95, 99):
        assert_percentile(told[f"p{percent}_ms"], rows, percent)


def test_the_overviews(stored, asked):
    answer, rows = stated(stored, "/dashboard/", asked)
    figures = answer.context["figures"]
    assert (figures.requests, figures.failures) == (
        len(rows),
        sum(bool(r.error_type) for r in rows),
    )
    assert (figures.cost_or_none, figures.appointments_booked) == (
        cost_of(rows),
        sum(row.appointment_booked for row in rows),
    )
    for name, column in (("models", "request_model"), ("businesses", "business_id")):
        expected = {value: len(group) for value, group in grouped(rows, column).items()}
        assert {n: each.requests for n, each in answer.context[name].items()} == expected
    chart = stored.get("/dashboard/overview.json", asked).json()["series"]
    assert sum(chart["failed"]) == figures.failures
    assert sum(chart["worked"]) == figures.requests - figures.failures
    assert sum(cost or 0 for cost in chart["cost_usd"]) == near(figures.cost_usd)


@pytest.mark.parametrize("by", ["business", "error"])
def test_the_breakdowns(stored, asked, by):
    answer, rows = stated(stored, "/dashboard/breakdown/", {**asked, "by": by})
    groups = grouped(rows, COLUMNS[by])
    told = stored.get("/dashboard/breakdown.json", {**asked, "by": by}).json()["groups"]
    assert {group[by] for group in told} == set(groups)
    for group in told:
        assert_told(group, groups[group[by]])
    shown = answer.context["groups"]
    assert {name: figures.requests for name, figures in shown} == {
        name: len(group) for name, group in groups.items()
    }
    lines = stored.get("/dashboard/breakdown-lines.json", {**asked, "by": by}).json()["series"]
    assert {name: sum(line) for name, line in lines.items()} == {
        name: len(group) for name, group in groups.items()
    }
    file = stored.get("/dashboard/breakdown.csv", {**asked, "by": by}).content.decode()
    for line in csv.DictReader(file.splitlines()):
        assert int(line["requests"]) == len(groups[line[by]])


def assert_from_rows(told, rows):
    """What totals don't keep."""
    talks = {(r.business_id, r.conversation_id) for r in rows if r.conversation_id}
    assert told["conversations"] == len(talks)
    rated = [row.user_satisfaction for row in rows if row.user_satisfaction is not None]
    assert told["user_satisfaction_mean"] == near(sum(rated) / len(rated) if rated else None)
    chunks = sorted(r.time_to_first_chunk_ms for r in rows if r.time_to_first_chunk_ms is not None)
    assert told["requests_with_first_chunk"] == len(chunks)
    half = (len(chunks) - 1) / 2
    if len(chunks) >= needed(50):
        middle = (chunks[math.floor(half)] + chunks[math.ceil(half)]) / 2
        assert told["time_to_first_chunk_p50_ms"] == pytest.approx(middle, abs=0.06)


@pytest.mark.parametrize(
    ("by", "name", "other"), [("business", "clinic-1", "model"), ("model", "model-0", "business")]
)
def test_a_businesss_and_a_models(stored, asked, by, name, other):
    query = {**asked, by: name}
    answer, rows = stated(stored, f"/dashboard/{by}/", query)
    told = stored.get(f"/dashboard/{by}.json", query).json()
    assert answer.context["figures"].requests == len(rows)
    assert_told(told, rows)
    assert_from_rows(told, rows)
    groups = grouped(rows, COLUMNS[other])
    assert {group[other] for group in told["groups"]} == set(groups)
    for group in told["groups"]:
        assert_told(group, groups[group[other]])
    before = (datetime.fromisoformat(told["before"][edge]) for edge in ("since", "until"))
    before_rows = fitting(rows_between(*before), query)
    assert_told(told["before"], before_rows)
    assert_from_rows(told["before"], before_rows)


def days_of(rows, zone):
    """By the day in the zone; where midnight lies within an hour of UTC, from that hour on."""
    days: dict[Any, list[Any]] = {}
    for row in rows:
        last = row.received_at.replace(minute=59, second=59)
        days.setdefault(last.astimezone(ZoneInfo(zone)).date(), []).append(row)
    return days


def test_the_spends(stored, asked):
    answer, rows = stated(stored, "/dashboard/spend/", asked)
    assert answer.context["figures"].cost_or_none == cost_of(rows)
    told = stored.get("/dashboard/spend.json", asked).json()
    for by in ("business", "model"):
        groups = grouped(rows, COLUMNS[by])
        known = {group[by]: group for group in told[by] if group["requests"]}
        assert set(known) == set(groups)
        for name, group in known.items():
            assert group["cost_usd"] == near(cost_of(groups[name]))
            assert group["unpriced"] == sum(row.cost_usd is None for row in groups[name])


def test_the_spends_months(stored, zone):
    told = stored.get("/dashboard/spend.json", {"tz": zone}).json()["month"]
    local = NOW.astimezone(ZoneInfo(zone))
    days = days_of(rows_between(NOW - timedelta(days=70), NOW + timedelta(days=1)), zone)
    for month, number in (("this", local.month), ("last", local.month - 1)):
        known = sorted(day for day in days if day.month == number and day <= local.date())
        costs = [cost_of(days[day]) or 0 for day in known]
        added_up = [sum(costs[: place + 1]) for place in range(len(costs))]
        assert told[month]["cumulative_usd"] == pytest.approx([float(each) for each in added_up])
        assert told[month]["cost_usd"] == near(sum(costs))


def test_the_spends_files(stored, asked):
    _, rows = stated(stored, "/dashboard/spend/", asked)
    file = stored.get("/dashboard/spend.csv", asked).content.decode()
    told = {
        (line["day"], line["business"], line["model"]): line
        for line in csv.DictReader(file.splitlines())
    }
    expected = {
        (str(day), business, model): group
        for day, of_day in days_of(rows, asked["tz"]).items()
        for business, of_business in grouped(of_day, "business_id").items()
        for model, group in grouped(of_business, "request_model").items()
    }
    assert set(told) == set(expected)
    for key, line in told.items():
        cost = cost_of(expected[key])
        assert (Decimal(line["cost_usd"]) if line["cost_usd"] else None) == cost
        assert int(line["requests"]) == len(expected[key])


@pytest.mark.parametrize("name", ["Pacific/Auckland", "Asia/Kathmandu", "America/Los_Angeles"])
def test_each_point_of_a_chart(stored, name):
    query = {"window": "90d", "tz": name, "business": "clinic-2"}
    chart = stored.get("/dashboard/overview.json", query).json()
    rows = fitting(rows_between(NOW - timedelta(days=91), NOW + timedelta(days=1)), query)
    days = days_of(rows, name)
    for start, worked in zip(chart["starts"], chart["series"]["worked"], strict=True):
        moment = datetime.fromtimestamp(start, UTC) + timedelta(minutes=59)
        of_day = days.get(moment.astimezone(ZoneInfo(name)).date(), [])
        assert worked == sum(not row.error_type for row in of_day)
