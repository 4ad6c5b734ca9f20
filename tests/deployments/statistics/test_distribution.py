import numpy as np
import pytest

from deployments.statistics.distribution import box, ecdf

LATENCIES = np.random.default_rng(3).lognormal(4, 1, 20_000).tolist()


def test_every_drawn_point_lies_on_the_true_distribution_function():
    ordered = np.sort(LATENCIES)
    for value, share in ecdf(LATENCIES):
        assert share == pytest.approx(np.searchsorted(ordered, value, "right") / 20_000)


def test_many_samples_are_thinned_and_the_slowest_stays():
    points = ecdf(LATENCIES, 300)
    assert 100 < len(points) <= 300
    assert points[-1] == (max(LATENCIES), 1.0)


def test_few_or_equal_samples_can_be_drawn():
    assert ecdf([]) == []
    assert ecdf([5.0, 5.0]) == [(5.0, 1.0)]
    assert ecdf([0.0, 1.0])[-1] == (1.0, 1.0)


def test_the_box_has_numpys_quartiles_and_tukeys_whiskers():
    drawn = box([*range(1, 101), 1_000])
    assert drawn
    quartiles = np.quantile([*range(1, 101), 1_000], [0.25, 0.5, 0.75])
    assert (drawn.q1, drawn.median, drawn.q3) == pytest.approx(tuple(quartiles))
    assert (drawn.low, drawn.high, drawn.outliers) == (1, 100, (1_000,))


def test_no_samples_have_no_box():
    assert box([]) is None
