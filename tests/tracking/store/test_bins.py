"""Duration bins: where a duration counts, and which percentile comes back."""

import math
import random
from collections import Counter

import pytest

from tracking.store.bins import (
    BOUNDS_MS,
    BUCKETS_MS,
    OLD_BUCKETS_MS,
    OVERFLOW_BIN,
    bucket_bin,
    cumulative_counts,
    duration_bin,
    percentile,
)


@pytest.mark.parametrize("bound", OLD_BUCKETS_MS)
def test_a_duration_on_a_bound_belongs_below_it(bound):
    assert BOUNDS_MS[duration_bin(bound)] == bound
    assert BOUNDS_MS[duration_bin(math.nextafter(bound, math.inf))] > bound


def test_what_is_slower_than_every_bound_overflows():
    assert duration_bin(86_400_000) == OVERFLOW_BIN
    assert bucket_bin(OVERFLOW_BIN) == OVERFLOW_BIN


def test_bounds_lie_at_most_a_native_bucket_apart():
    ratios = [upper / lower for lower, upper in zip(BOUNDS_MS, BOUNDS_MS[1:], strict=False)]
    assert max(ratios) <= 2 ** (1 / 8) + 1e-9


@pytest.mark.parametrize("bounds", [OLD_BUCKETS_MS, BUCKETS_MS])
def test_buckets_are_exact_sums_of_coarse_bins(bounds):
    source = random.Random(1)
    durations = [source.lognormvariate(7, 1) for _ in range(2_000)] + list(bounds)
    counts = Counter(bucket_bin(duration_bin(duration)) for duration in durations)
    for bound, count in cumulative_counts(counts, bounds):
        assert count == sum(duration <= bound for duration in durations)


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.95, 0.99])
def test_a_percentile_is_off_by_a_bin_at_most(quantile):
    source = random.Random(2)
    durations = sorted(source.lognormvariate(7, 0.6) for _ in range(20_000))
    counts = Counter(duration_bin(duration) for duration in durations)
    true = durations[math.ceil(quantile * len(durations)) - 1]
    assert percentile(counts, quantile) == pytest.approx(true, rel=0.05)


def test_no_requests_have_no_percentile():
    assert percentile({}, 0.5) is None


def test_a_percentile_past_the_last_bound_is_infinite():
    assert percentile({OVERFLOW_BIN: 1}, 0.5) == math.inf


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_inside_a_bin_a_percentile_is_interpolated_on_a_logarithmic_scale(share):
    bin_ = duration_bin(1_000) + 1
    lower, upper = BOUNDS_MS[bin_ - 1 : bin_ + 1]
    between = lower ** (1 - share) * upper**share
    assert percentile({bin_: 100}, share) == pytest.approx(between, rel=1e-9)
