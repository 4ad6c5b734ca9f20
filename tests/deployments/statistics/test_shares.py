"""Shares against the worked examples of Newcombe, Statistics in Medicine 17 (1998)."""

import pytest

from deployments.statistics.differences import difference
from deployments.statistics.shares import Share


# "Two-sided confidence intervals for the single proportion", p. 857, table I, method 3.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(part, whole, low, high):
    interval = Share(part, whole).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


# "Interval estimation for the difference between independent proportions", p. 873, table II,
# method 11.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        (Share(56, 70), Share(48, 80), 0.0428, 0.3422),
        (Share(9, 10), Share(3, 10), 0.1013, 0.8387),
        (Share(10, 10), Share(0, 10), 0.5128, 1.0),
    ],
)
def test_newcombes_interval_is_the_published_one(first, second, low, high):
    interval = difference(first, second).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_nothing_is_known_of_no_calls():
    assert Share(0, 0).value is None
    assert (Share(0, 0).interval.low, Share(0, 0).interval.high) == (0.0, 1.0)
    gap = difference(Share(0, 0), Share(3, 10))
    assert gap.chance == 1 and gap.interval.low < -0.3 < 0.7 < gap.interval.high
