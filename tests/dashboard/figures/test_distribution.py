"""What counts by duration bin say of percentiles and of one request's place."""

from collections import Counter

import pytest

from dashboard.figures.distribution import bounds_ms, ecdf, histogram, share_below
from tracking.store.bins import BOUNDS_MS, OVERFLOW_BIN, duration_bin

DURATIONS = [100 + n for n in range(1_000)]
BINS = Counter(map(duration_bin, DURATIONS))


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
