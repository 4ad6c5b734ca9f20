"""Differences of figures, their intervals, and how often chance makes one so large."""

from math import inf, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from deployments.statistics.differences import (
    Difference,
    Mean,
    Percentile,
    corrected,
    difference,
    percentile_difference,
)
from deployments.statistics.estimates import Interval

LATENCIES = np.random.default_rng(7).lognormal(4, 0.5, 1_000).tolist()


def test_like_samples_show_none():
    gap = percentile_difference(LATENCIES[:500], LATENCIES[500:], 0.5)
    assert gap and 0 in gap.interval and not gap.certain


def test_a_shift_is_found_whatever_the_order_of_samples():
    shifted = [value + 25 for value in LATENCIES[:500]]
    gap = percentile_difference(shifted, LATENCIES[500:], 0.5)
    assert gap and 15 < gap.interval.low < 25 < gap.interval.high < 35
    assert gap == percentile_difference(sorted(shifted), sorted(LATENCIES[500:]), 0.5)


def test_the_other_way_round_it_is_the_same_with_another_sign():
    ours, theirs = LATENCIES[:300], LATENCIES[300:]
    one, other = (percentile_difference(*pair, 0.9) for pair in ((ours, theirs), (theirs, ours)))
    assert one and other and one.chance == other.chance
    assert (one.interval.low, one.interval.high) == (-other.interval.high, -other.interval.low)


@pytest.mark.parametrize(("quantile", "needed"), [(0.5, 6), (0.95, 72)])
def test_it_needs_enough_samples_on_both_sides(quantile, needed):
    assert percentile_difference(LATENCIES, LATENCIES[: needed - 1], quantile) is None
    assert percentile_difference(LATENCIES, LATENCIES[:needed], quantile)


def test_of_many_values_its_chance_is_that_of_the_normal_distribution():
    gap = difference(Mean(100_000, 10.03, 25.0), Mean(50_000, 10.0, 16.0))
    deviations = 0.03 / sqrt(25 / 100_000 + 16 / 50_000)
    assert gap.chance == pytest.approx(2 - 2 * NormalDist().cdf(deviations), rel=1e-3)


# Any table of Student's t, two-sided 5 %.
@pytest.mark.parametrize(("count", "points"), [(7, 2.447), (11, 2.228), (31, 2.042)])
def test_the_interval_of_a_mean_is_students(count, points):
    assert Mean(count, 0.0, count).interval.high == pytest.approx(points, abs=0.002)


def test_certainty_is_at_hand_only_as_far_as_samples_reach():
    """Of six none is so quick that one in a hundred medians wouldn't be quicker."""
    assert Percentile([1.0, 2, 3, 4, 5, 6], 0.5).within(0.01) == Interval(-inf, inf)


def test_several_are_corrected_as_holm_did():
    chances = [0.01, 0.04, None, 0.03]
    gaps = corrected([None if p is None else Difference(1, Interval(0, 2), p) for p in chances])
    assert [gap and pytest.approx(gap.chance) for gap in gaps] == [0.03, 0.06, None, 0.06]
