"""The window of a page: read from the URL, half-open, aligned, bounded."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.frame.query import BadQuery
from dashboard.frame.window import Window, window_of

NOW = datetime(2026, 3, 29, 12, 34, 56, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")


def window(zone=UTC_ZONE, **query):
    return window_of(query, NOW, zone)


def at(day, hour=0, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_it_is_a_day_unless_something_else_is_asked_for():
    assert window() == Window(at(28, 13), at(29, 13), "24h")


def test_an_hour_is_aligned_to_minutes():
    assert window(window="1h")[:2] == (at(29, 11, 35), at(29, 12, 35))


def test_thirty_days_are_whole_days_in_utc():
    assert window(window="30d")[:2] == (at(30) - timedelta(days=30), at(30))


def test_a_preset_holds_a_request_of_this_very_moment():
    on_the_hour = at(29, 12)
    for preset in ("1h", "24h", "7d", "30d"):
        found = window_of({"window": preset}, on_the_hour, UTC_ZONE)
        assert found.since <= on_the_hour < found.until


def test_times_without_an_offset_are_in_the_viewers_zone():
    found = window(BERLIN, since="2026-03-28T08:00", until="2026-03-29T08:00")
    # Summer time began in the night: the 24 hours on the clock were 23.
    assert found[:2] == (at(28, 7), at(29, 6))


def test_a_zone_with_a_half_hour_is_widened_to_whole_hours():
    found = window(ZoneInfo("Asia/Kolkata"), since="2026-03-28T00:00", until="2026-03-29T00:00")
    assert found[:2] == (at(27, 18), at(28, 19))


def test_its_query_brings_it_back():
    found = window(since="2026-03-01T10:00Z", until="2026-03-02T10:00Z")
    assert window(**found.query) == found


def test_the_window_before_ends_where_it_begins():
    found = window(window="7d")
    assert found.before == Window(found.since - timedelta(days=7), found.since)


@pytest.mark.parametrize(("preset", "points"), [("1h", 60), ("24h", 24), ("7d", 168), ("30d", 30)])
def test_its_buckets_fill_it(preset, points):
    assert len(window(window=preset).starts) == points


@pytest.mark.parametrize(
    "query",
    [
        {"window": "2y"},
        {"since": "yesterday"},
        {"since": "2026-03-02", "until": "2026-03-01"},
        {"since": "2024-01-01", "until": "2026-01-01"},
        {"since": "0001-01-01", "until": "9999-01-01"},
        {"until": "2026-03-01"},
    ],
)
def test_it_refuses_what_has_no_meaning(query):
    with pytest.raises(BadQuery):
        window(**query)


@pytest.mark.parametrize(
    ("length", "bucket"),
    [
        (timedelta(hours=1), timedelta(minutes=1)),
        (timedelta(hours=6), timedelta(minutes=5)),
        (timedelta(days=8), timedelta(hours=1)),
        (timedelta(days=366), timedelta(days=1)),
    ],
)
def test_the_longest_of_its_kind_is_cut_and_aligned_like_a_shorter_one(length, bucket):
    until = datetime(2026, 3, 29, tzinfo=UTC)
    until += timedelta(0) if bucket == timedelta(days=1) else bucket
    found = window(since=(until - length).isoformat(), until=until.isoformat())
    assert (found.since, found.until) == (until - length, until)
    assert found.bucket == bucket


def test_it_has_some_length():
    with pytest.raises(BadQuery, match="since must lie before until"):
        window(since="2026-03-01", until="2026-03-01")
