"""Over 2,000 simulated data sets, 95 % intervals contain the true value in 93 % or more."""

from math import comb
from statistics import NormalDist

import numpy as np
import pytest

from deployments.statistics.estimates import rank_interval
from deployments.statistics.shares import Share

DATA_SETS = 2_000
COLD_SHARE = 0.08


@pytest.fixture
def chance():
    """The same for a test, whichever tests ran before."""
    return np.random.default_rng(20_260_101)


def warm(chance, *shape):
    return chance.lognormal(4.0, 0.4, shape)


def cold_and_warm(chance, *shape):
    """Bimodal: a cold start takes about twenty times as long."""
    cold = chance.random(shape) < COLD_SHARE
    return np.where(cold, chance.lognormal(7.0, 0.2, shape), warm(chance, *shape))


def true_warm(quantile):
    return np.exp(4.0 + 0.4 * NormalDist().inv_cdf(quantile))


def true_cold_and_warm(quantile):
    """Where the modes don't overlap, a percentile belongs to one of them."""
    if quantile <= 1 - COLD_SHARE:
        return true_warm(quantile / (1 - COLD_SHARE))
    inside = (quantile - (1 - COLD_SHARE)) / COLD_SHARE
    return np.exp(7.0 + 0.2 * NormalDist().inv_cdf(inside))


SHAPES = [(warm, true_warm), (cold_and_warm, true_cold_and_warm)]


@pytest.mark.parametrize("shape", SHAPES, ids=["log-normal", "bimodal"])
@pytest.mark.parametrize(
    ("quantile", "count"),
    [(0.5, 6), (0.5, 10), (0.5, 100), (0.9, 40), (0.95, 72), (0.95, 400), (0.99, 400)],
)
def test_intervals_of_percentiles(chance, shape, quantile, count):
    simulate, true = shape
    ranks = rank_interval(count, quantile)
    assert ranks
    ordered = np.sort(simulate(chance, DATA_SETS, count), axis=1)
    hits = (ordered[:, ranks[0] - 1] <= true(quantile)) & (
        true(quantile) <= ordered[:, ranks[1] - 1]
    )
    assert hits.mean() >= 0.93


@pytest.mark.parametrize("share", [0.04, 0.3])
def test_intervals_of_shares(share):
    """Added up over every outcome: nothing is left to chance."""
    hits = (part for part in range(101) if share in Share(part, 100).interval)
    assert sum(comb(100, k) * share**k * (1 - share) ** (100 - k) for k in hits) >= 0.93
