"""The overview's figures against the raw rows of the window that the page states."""

import math
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from dashboard.frame.window import PRESET_WORDS
from tests.dashboard.a_month import NOW, ZONES, rows_between, stated_window
from tracking.store.bins import BOUNDS_MS, duration_bin

pytestmark = pytest.mark.django_db


def nearest_rank(durations, percent):
    return sorted(durations)[math.ceil(percent / 100 * len(durations)) - 1]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("preset", PRESET_WORDS)
def test_its_figures_are_those_of_the_rows(stored, preset, zone):
    answer = stored.get("/dashboard/", {"window": preset, "tz": zone})
    rows = rows_between(*stated_window(answer.content.decode()))
    figures = answer.context["figures"]
    assert figures.requests == len(rows) > 0
    assert figures.failures == sum(bool(row.error_type) for row in rows)
    assert figures.total_tokens == sum(row.total_tokens for row in rows)
    assert figures.cost_usd == sum(row.cost_usd or 0 for row in rows)
    assert figures.unpriced == sum(row.cost_usd is None for row in rows)
    assert figures.appointments_requested == sum(row.appointment_requested for row in rows)
    assert figures.appointments_booked == sum(row.appointment_booked for row in rows)
    assert figures.human_handoffs == sum(row.human_handoff_requested for row in rows)
    assert figures.mean_ms == pytest.approx(sum(row.duration_ms for row in rows) / len(rows))
    for percent in (50, 95, 99):
        exact = nearest_rank([row.duration_ms for row in rows], percent)
        assert duration_bin(figures.percentile(percent)) == duration_bin(exact)


@pytest.mark.parametrize("preset", ["1h", "24h", "7d", "30d"])
def test_its_change_is_against_the_rows_of_the_window_before(stored, preset):
    answer = stored.get("/dashboard/", {"window": preset})
    since, until = stated_window(answer.content.decode())
    lasted = min(until, NOW.replace(minute=0, second=0) + timedelta(hours=1)) - since
    rows = rows_between(since - (until - since), since - (until - since) + lasted)
    before = answer.context["before"]
    assert (before.requests, before.failures) == (len(rows), sum(bool(r.error_type) for r in rows))
    assert before.cost_usd == sum(row.cost_usd or 0 for row in rows)


@pytest.mark.parametrize("preset", ["1h", "24h", "7d", "30d"])
def test_its_groups_are_those_of_the_rows(stored, preset):
    answer = stored.get("/dashboard/", {"window": preset})
    rows = rows_between(*stated_window(answer.content.decode()))
    for groups, column in (
        ("models", "request_model"),
        ("businesses", "business_id"),
        ("intents", "intent"),
    ):
        for name, figures in dict(answer.context[groups]).items():
            assert figures.requests == sum(getattr(row, column) == name for row in rows)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("preset", PRESET_WORDS)
def test_its_chart_adds_up_to_its_figures(stored, preset, zone):
    window = {"window": preset, "tz": zone}
    chart = stored.get("/dashboard/overview.json", window).json()
    figures = stored.get("/dashboard/", window).context["figures"]
    series = chart["series"]
    assert sum(series["worked"]) + sum(series["failed"]) == figures.requests
    assert sum(series["total_tokens"]) == figures.total_tokens
    assert sum(cost or 0 for cost in series["cost_usd"]) == pytest.approx(float(figures.cost_usd))


def test_a_chart_point_is_the_rows_of_its_bucket(stored):
    chart = stored.get("/dashboard/overview.json", {"window": "24h"}).json()
    start = datetime.fromtimestamp(chart["starts"][10], UTC)
    rows = rows_between(start, start + timedelta(seconds=chart["bucket_seconds"]))
    assert chart["series"]["worked"][10] == len(rows) > 0


@pytest.mark.parametrize("zone", [*ZONES, "Pacific/Kiritimati", "Pacific/Marquesas"])
@pytest.mark.parametrize("label", [{}, {"business": "clinic-1"}])
def test_a_charted_day_is_the_rows_of_the_zones_day(stored, zone, label):
    query = {"since": "2026-02-20", "until": "2026-04-02T07:00", "tz": zone, **label}
    chart = stored.get("/dashboard/overview.json", query).json()
    starts = [datetime.fromtimestamp(start, UTC) for start in chart["starts"]]
    for place, (start, end) in enumerate(pairwise([*starts, datetime.max.replace(tzinfo=UTC)])):
        rows = [
            r
            for r in rows_between(start, end)
            if r.business_id == label.get("business", r.business_id)
        ]
        assert chart["series"]["worked"][place] == sum(not row.error_type for row in rows)
        assert chart["series"]["slowest"][place] == pytest.approx(
            BOUNDS_MS[duration_bin(max(row.duration_ms for row in rows))], abs=0.1
        )
        local = start.astimezone(ZoneInfo(zone))
        assert (local + timedelta(minutes=59)).replace(minute=0).time() == time()


def test_a_window_that_was_typed_becomes_one_for_everybody(stored):
    typed = {"since": "2026-03-01T00:00", "until": "2026-03-08T00:00", "tz": "Europe/Berlin"}
    answer = stored.get("/dashboard/", typed)
    link = answer["Location"].replace("tz=Europe%2FBerlin", "tz=Asia%2FKolkata")
    since, until = stated_window(stored.get(link).content.decode())
    assert (since.isoformat(), until.isoformat()) == (
        "2026-02-28T23:00:00+00:00",
        "2026-03-07T23:00:00+00:00",
    )


def test_a_label_narrows_it(stored):
    answer = stored.get("/dashboard/", {"window": "30d", "business": "clinic-1"})
    rows = rows_between(*stated_window(answer.content.decode()))
    assert answer.context["figures"].requests == sum(row.business_id == "clinic-1" for row in rows)


@pytest.mark.parametrize(
    ("preset", "reads"), [("1h", True), ("24h", False), ("7d", False), ("30d", False)]
)
def test_past_six_hours_only_the_verdict_reads_requests(stored, preset, reads):
    """Those of the last hour, or of the last six where they are few."""
    with CaptureQueriesContext(connection) as queries:
        stored.get("/dashboard/", {"window": preset})
        stored.get("/dashboard/overview.json", {"window": preset})
    tables = ("tracking_airequest", "tracking_addend")
    read = [each["sql"] for each in queries if any(table in each["sql"] for table in tables)]
    lately = [f"{NOW - timedelta(hours=hours):%Y-%m-%d %H:%M:}" for hours in (1, 6)]
    others = [sql for sql in read if not any(at in sql.replace("T", " ") for at in lately)]
    assert bool(others) == reads


def test_times_are_in_the_viewers_zone(stored):
    stored.cookies["tz"] = "Asia/Kolkata"
    text = strip_tags(stored.get("/dashboard/", {"window": "24h"}).content.decode())
    assert "28 Mar 2026 18:30" in text
    assert "Asia/Kolkata" in text


def test_a_zone_that_is_none_is_utc(stored):
    assert stored.get("/dashboard/", {"tz": "../etc/passwd"}).context["zone"] == "UTC"


def test_without_a_request_in_the_window_it_says_so(stored):
    window = {"since": "2020-01-01T00:00Z", "until": "2020-01-03T00:00Z"}
    text = stored.get("/dashboard/", window).content.decode()
    assert "No requests in this window." in text
