"""Intervals of percentiles: ranks against the binomial distribution, summed here exactly."""

from collections import Counter
from math import comb

import pytest

from dashboard.figures.distribution import LARGE, _ranks, interval
from dashboard.figures.figures import SAMPLES_NEEDED
from tracking.store.bins import duration_bin


def coverage(n, q, low, high):
    """The probability that exactly low to high - 1 of n samples lie below the percentile."""
    return sum(comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(low, high))


@pytest.mark.parametrize("n", [6, 40, 100, 400, 900])
@pytest.mark.parametrize("percent", [50, 90, 95, 99])
def test_ranks_cover_95_percent(n, percent):
    ranks = _ranks(n, percent / 100)
    assert (ranks is None) == (n < SAMPLES_NEEDED[percent])
    if ranks:
        assert coverage(n, percent / 100, *ranks) >= 0.95


@pytest.mark.parametrize(("percent", "needed"), SAMPLES_NEEDED.items())
def test_one_sample_fewer_is_too_few(percent, needed):
    assert _ranks(needed - 1, percent / 100) is None
    assert _ranks(needed, percent / 100) is not None


def test_the_approximation_meets_the_exact_ranks():
    exact, approximate = _ranks(LARGE, 0.95), _ranks(LARGE + 1, 0.95)
    assert exact and approximate
    assert all(abs(a - b) <= 2 for a, b in zip(exact, approximate, strict=True))


def test_the_interval_holds_the_percentile():
    durations = [100 + n for n in range(1_000)]
    found = interval(Counter(map(duration_bin, durations)), 50)
    assert found and found.low <= 600 <= found.high
    assert found.high < 700
