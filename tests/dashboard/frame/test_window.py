"""The window of a page: read from the URL, half-open, aligned, bounded."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.frame.query import BadQuery
from dashboard.frame.window import Window, window_of, with_offsets

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


def test_thirty_days_are_days_of_the_zone():
    assert window(window="30d")[:2] == (at(30) - timedelta(days=30), at(30))
    # Summer time began today.
    assert window(BERLIN, window="30d")[:2] == (at(1) - timedelta(hours=25), at(29, 22))


@pytest.mark.parametrize(
    ("preset", "since", "until"),
    [
        ("last-week", datetime(2026, 3, 15, 23, tzinfo=UTC), datetime(2026, 3, 22, 23, tzinfo=UTC)),
        (
            "this-month",
            datetime(2026, 2, 28, 23, tzinfo=UTC),
            datetime(2026, 3, 31, 22, tzinfo=UTC),
        ),
        (
            "last-month",
            datetime(2026, 1, 31, 23, tzinfo=UTC),
            datetime(2026, 2, 28, 23, tzinfo=UTC),
        ),
    ],
)
def test_weeks_and_months_are_the_calendars(preset, since, until):
    assert window(BERLIN, window=preset)[:2] == (since, until)


def test_a_custom_window_has_no_day_that_was_not_asked_for():
    found = window(BERLIN, since="2026-02-01", until="2026-02-20")
    assert found[:2] == (
        datetime(2026, 1, 31, 23, tzinfo=UTC),
        datetime(2026, 2, 19, 23, tzinfo=UTC),
    )
    assert (found.days, len(found.starts), found.alignment) == (19, 19, "19 days")


def test_a_preset_holds_a_request_of_this_very_moment():
    on_the_hour = at(29, 12)
    for preset in ("1h", "24h", "7d", "30d"):
        found = window_of({"window": preset}, on_the_hour, UTC_ZONE)
        assert found.since <= on_the_hour < found.until


def test_times_without_an_offset_are_in_the_viewers_zone():
    found = window(BERLIN, since="2026-03-28T08:00", until="2026-03-29T08:00")
    # Summer time began in the night: the 24 hours on the clock were 23.
    assert found[:2] == (at(28, 7), at(29, 6))


def test_days_of_a_zone_with_a_half_hour_begin_with_an_hour_and_adjoin():
    kolkata = ZoneInfo("Asia/Kolkata")
    found = window(kolkata, since="2026-03-27T00:00", until="2026-03-28T00:00")
    assert found[:2] == (at(26, 18), at(27, 18))
    assert window(kolkata, since="2026-03-28", until="2026-03-29").since == found.until
    assert found.alignment == "1 day from 23:30 on, as totals are kept by UTC hour"


def test_other_windows_are_widened_to_whole_hours():
    found = window(since="2026-03-28T10:20", until="2026-03-28T20:40")
    assert found[:2] == (at(28, 10), at(28, 21))


def test_its_query_brings_it_back():
    found = window(since="2026-03-01T10:00Z", until="2026-03-02T10:00Z")
    assert window(**found.query) == found


def test_the_window_before_ends_where_it_begins():
    found = window(window="7d")
    assert found.before(NOW) == Window(found.since - timedelta(days=7), found.since)


@pytest.mark.parametrize(
    ("query", "since", "until"),
    [
        ({"window": "this-month"}, datetime(2026, 2, 1, tzinfo=UTC), at(1)),
        (
            {"window": "last-month"},
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 2, 1, tzinfo=UTC),
        ),
        ({"window": "last-week"}, at(9), at(16)),
        ({"since": "2026-03-28", "until": "2026-04-01"}, at(24), at(25, 13)),
        ({"since": "2026-03-29T00:00", "until": "2026-03-29T20:00"}, at(28, 4), at(28, 17)),
    ],
)
def test_what_lasts_is_compared_with_the_same_part_of_what_came_before(query, since, until):
    assert window(**query).before(NOW)[:2] == (since, until)


def test_it_says_what_it_is_compared_with():
    words = [window(window=name).words_before(NOW) for name in ("24h", "30d", "last-month")]
    assert words == [
        "the 24 hours before",
        "the same part of the 30 days before",
        "the month before",
    ]


def test_links_name_the_offset_of_what_was_typed():
    typed = {"since": "2026-03-28T00:00", "until": "2026-03-30", "window": "7d"}
    offsets = with_offsets(typed, BERLIN)
    assert offsets == {"since": "2026-03-28T00:00+01:00", "until": "2026-03-30T00:00+02:00"}
    assert not with_offsets(offsets, BERLIN)
    assert not with_offsets({"since": "yesterday"}, BERLIN)


@pytest.mark.parametrize(
    ("preset", "points"), [("1h", 60), ("24h", 24), ("7d", 168), ("30d", 30), ("90d", 90)]
)
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
