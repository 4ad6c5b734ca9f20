"""Percentiles and their intervals, against published values and an independent implementation."""

from bisect import bisect_left
from math import comb, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from deployments.statistics.estimates import (
    estimate,
    percentile,
    rank_interval,
    rank_probabilities,
    samples_needed,
)

LATENCIES = np.random.default_rng(7).lognormal(4, 0.5, 1_000).tolist()


@pytest.mark.parametrize("quantile", [0, 0.25, 0.5, 0.9, 0.95, 0.99, 1])
def test_percentiles_agree_with_numpy(quantile):
    ordered = sorted(LATENCIES)
    assert percentile(ordered, quantile) == pytest.approx(np.quantile(ordered, quantile))


def test_the_percentile_of_one_sample_is_that_sample():
    assert percentile([7.0], 0.99) == 7.0


# Campbell and Gardner, "Calculating confidence intervals for some non-parametric analyses"
# (BMJ 1988; 296: 1454), and any table of the sign test.
@pytest.mark.parametrize(
    ("count", "ranks"),
    [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (25, (8, 18)), (30, (10, 21)), (50, (18, 33))]
    + [(100, (40, 61))],
)
def test_ranks_around_the_median_are_those_of_published_tables(count, ranks):
    assert rank_interval(count, 0.5) == ranks


@pytest.mark.parametrize(("quantile", "fewest"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_an_interval_exists_from_the_fewest_samples_on(quantile, fewest):
    assert samples_needed(quantile) == fewest
    assert rank_interval(fewest, quantile)
    assert rank_interval(fewest - 1, quantile) is None


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("count", [368, 1_000, 3_001])
def test_neither_side_misses_more_than_one_time_in_forty(count, quantile):
    ranks = rank_interval(count, quantile)
    assert ranks
    true_rank = np.random.default_rng(1).binomial(count, quantile, 200_000)
    assert (true_rank < ranks[0]).mean() < 0.0265
    assert (true_rank >= ranks[1]).mean() < 0.0265


@pytest.mark.parametrize("count", [6, 40, 100, 400, 900])
@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.95, 0.99])
def test_ranks_cover_95_percent_of_the_binomial_summed_exactly(count, quantile):
    ranks = rank_interval(count, quantile)
    assert (ranks is None) == (count < samples_needed(quantile))
    chances = [comb(count, k) * quantile**k * (1 - quantile) ** (count - k) for k in range(count)]
    assert not ranks or sum(chances[slice(*ranks)]) >= 0.95


def test_the_ranks_of_millions_come_from_thousands_of_probabilities():
    first, summed = rank_probabilities(5_000_000, 0.95)
    assert len(summed) < 10_000 and summed[-1] == pytest.approx(1)
    assert first + bisect_left(summed, 0.5) == pytest.approx(4_750_000, abs=1)


def test_the_ranks_of_millions_are_those_of_the_normal_approximation():
    ranks = rank_interval(5_000_000, 0.95)
    normal = NormalDist(4_750_000, sqrt(5_000_000 * 0.95 * 0.05))
    assert ranks == pytest.approx((normal.inv_cdf(0.025), normal.inv_cdf(0.975)), abs=2)


def test_too_few_samples_are_said_to_be_too_few():
    p95 = estimate(LATENCIES[:31], 0.95)
    assert p95.too_few
    assert str(p95) == "too few samples: 31 of 72"


def test_no_sample_has_no_percentile():
    assert estimate([], 0.5).value is None


def test_the_order_of_samples_does_not_matter():
    assert estimate(LATENCIES[::-1], 0.95) == estimate(LATENCIES, 0.95)
