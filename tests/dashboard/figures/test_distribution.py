"""What counts by duration bin say of percentiles and of one request's place."""

from collections import Counter
from math import inf

import pytest

from dashboard.figures.distribution import bounds_ms, ecdf, histogram, interval, share_below
from tracking.store.bins import BOUNDS_MS, OVERFLOW_BIN, duration_bin

DURATIONS = [100 + n for n in range(1_000)]
BINS = Counter(map(duration_bin, DURATIONS))


def test_the_interval_holds_the_percentile():
    median = interval(BINS, 50)
    assert median and 600 in median
    assert median.high < 700


def test_too_few_have_no_interval():
    assert interval({3: 5}, 50) is None
    assert interval({3: 6}, 50) is not None


def test_an_interval_may_begin_at_nothing_and_have_no_end():
    ends = interval({0: 50, OVERFLOW_BIN: 50}, 50)
    assert ends and (ends.low, ends.high) == (0, inf)


def test_every_point_lies_on_the_true_distribution_function():
    for bound, share in ecdf(BINS):
        assert share == sum(duration <= bound for duration in DURATIONS) / 1_000


def test_what_lies_past_the_last_bin_is_missing_from_the_end():
    assert ecdf({3: 1, OVERFLOW_BIN: 1}) == [(BOUNDS_MS[3], 0.5)]


def test_a_histogram_fills_its_width_and_marks_one_column():
    columns = histogram(BINS, 600)
    assert columns[0].x == 0
    assert columns[-1].x + columns[-1].width == pytest.approx(100)
    assert [column.here for column in columns].count(True) == 1
    assert max(column.height for column in columns) == 100


def test_a_request_is_placed_by_its_bin():
    low, high = bounds_ms({9: 1}, BOUNDS_MS[4])
    assert (low, high) == (BOUNDS_MS[3], BOUNDS_MS[9])
    assert share_below({3: 1, 4: 1, 5: 2}, BOUNDS_MS[4]).value == 0.25
    assert share_below({}, 600).value is None
