"""Percentiles from counts by bin are as sure as bins allow, and no surer."""

from collections import Counter

import numpy as np
import pytest

from deployments.statistics.binned import BinnedPercentile, Bins
from deployments.statistics.differences import Percentile, difference
from deployments.statistics.estimates import Interval
from tracking.store.bins import OVERFLOW_BIN, duration_bin, edges_ms

SMOOTH = np.sort(np.random.default_rng(5).lognormal(7, 0.6, 29_243)).tolist()


def binned(durations_ms, quantile):
    return BinnedPercentile(Bins(Counter(map(duration_bin, durations_ms))), quantile)


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.95, 0.99])
def test_a_smooth_distribution_is_read_as_finely_as_its_requests(quantile):
    bins, requests = binned(SMOOTH, quantile).interval, Percentile(SMOOTH, quantile).interval
    assert bins.low == pytest.approx(requests.low, rel=0.005)
    assert bins.high == pytest.approx(requests.high, rel=0.005)


def test_equal_durations_may_lie_anywhere_in_their_bin():
    interval = binned([600.0] * 1_000, 0.5).interval
    assert (interval.low, interval.high) == pytest.approx(edges_ms(duration_bin(600)))


def test_requests_that_their_neighbours_do_not_explain_may_lie_anywhere():
    """A tenth ends at a time-out of 4.5 s, which no count by bin tells."""
    known = binned([*SMOOTH, *[4_500.0] * 3_000], 0.95).known
    assert 4_500 in known and known.high / known.low > 1.05


def test_two_that_lie_in_one_bin_for_that_reason_show_no_difference():
    ours, theirs = (binned([duration] * 10_000, 0.5) for duration in (1_150.0, 1_110.0))
    assert not difference(ours, theirs).certain


@pytest.mark.parametrize("bin_", [0, OVERFLOW_BIN])
def test_the_first_and_the_last_bin_tell_their_edges_alone(bin_):
    assert BinnedPercentile(Bins({bin_: 100}), 0.5).known == Interval(*edges_ms(bin_))


def test_ranks_grow_with_durations():
    bins = Bins({40: 3, 41: 5, 42: 1, 44: 9})
    places = [bins.at(rank / 10) for rank in range(1, 180)]
    assert places == sorted(places, key=lambda place: (place.low, place.high))
