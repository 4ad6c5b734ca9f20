"""Simulated differences: found where they are as often as by the requests' own bootstrap, seen
where none is at most one time in twenty, and held by their interval in 93 % or more.

What is simulated and what it's held against is numpy's alone.
"""

from collections.abc import Callable
from math import comb, exp, lgamma, log, sqrt
from typing import Any, NamedTuple

import numpy as np
import pytest

from deployments.statistics.binned import BinnedPercentile, Bins, SlowerShare
from deployments.statistics.differences import (
    Fixed,
    Percentile,
    difference,
    mean_difference,
    mean_of,
)
from deployments.statistics.shares import Share
from tracking.store.bins import BOUNDS_MS

QUICK, LONG = 200, 400
RESAMPLED = 400
LEVEL, COVERED = 0.05, 0.93


def smooth(chance, count):
    return chance.lognormal(7, 0.6, count)


def quick(chance, count):
    """Two orders of magnitude quicker, and narrow: a few bins hold all."""
    return chance.lognormal(4, 0.15, count)


def tied(chance, count):
    """A clock that counts in steps of 50 ms."""
    return 50 * np.ceil(smooth(chance, count) / 50)


def timed_out(chance, count):
    """3 % end at 10 s."""
    return np.minimum(10_000, chance.lognormal(7.1, 1.1, count))


def cold_and_warm(chance, count):
    cold = chance.random(count) < 0.08
    return np.where(cold, chance.lognormal(7, 0.2, count), chance.lognormal(4, 0.4, count))


def by_requests(durations, quantile):
    return Percentile(sorted(durations.tolist()), quantile)


def by_bins(durations, quantile):
    return BinnedPercentile(Bins(counted(durations)), quantile)


def counted(durations):
    bins, counts = np.unique(np.searchsorted(BOUNDS_MS, durations), return_counts=True)
    return dict(zip(bins.tolist(), counts.tolist(), strict=True))


def bootstrap_differs(chance, quantile, ours, theirs):
    """The percentile bootstrap of the difference, from the requests."""
    one, two = (
        np.quantile(side[chance.integers(0, len(side), (RESAMPLED, len(side)))], quantile, axis=1)
        for side in (ours, theirs)
    )
    low, high = np.quantile(one - two, (0.025, 0.975))
    return not low <= 0 <= high


class Case(NamedTuple):
    """`slower` is how many times as long ours take."""

    shape: Callable[..., Any]
    quantile: float
    ours: int
    theirs: int
    slower: float = 1.0

    def true_difference(self):
        if self.slower == 1:
            return 0.0
        many = self.shape(np.random.default_rng(1), 2_000_000)
        return (self.slower - 1) * np.quantile(many, self.quantile)

    def draw(self, chance):
        return self.slower * self.shape(chance, self.ours), self.shape(chance, self.theirs)


def simulated(case, measure, rounds):
    """The shares of rounds whose interval holds the true difference, and which show one."""
    chance, truth = np.random.default_rng(20_260_301), case.true_difference()
    gaps = [
        difference(*(measure(side, case.quantile) for side in case.draw(chance)))
        for _ in range(rounds)
    ]
    return (
        np.mean([truth in gap.interval for gap in gaps]),
        np.mean([gap.certain for gap in gaps]),
    )


def noise(share, rounds):
    """Three deviations of a share that was counted over so many rounds."""
    return 3 * sqrt(share * (1 - share) / rounds)


def named(value):
    if not isinstance(value, Case):
        return value.__name__ if callable(value) else f"{value}"
    return f"{value.shape.__name__}-{value.quantile}-{value.ours}-{value.theirs}-x{value.slower}"


def cases(quick, slow):
    """A few always, and all of them in more rounds with `make test-slow`."""
    long = [pytest.param(case, LONG, marks=pytest.mark.slow) for case in (*quick, *slow)]
    always = [(case, QUICK) for case in quick]
    return pytest.mark.parametrize(("case", "rounds"), [*always, *long], ids=named)


MEASURES = pytest.mark.parametrize("measure", [by_requests, by_bins], ids=named)
SHAPES = [smooth, quick, tied, timed_out, cold_and_warm]
ALIKE = [
    Case(shape, *size)
    for shape in SHAPES
    for size in ((0.5, 10, 10), (0.5, 100, 3_000), (0.95, 400, 300), (0.99, 3_000, 500))
]


@MEASURES
@cases(ALIKE[::5], [*ALIKE, Case(smooth, 0.5, 100, 30_000), Case(tied, 0.95, 100, 30_000)])
def test_where_none_is_one_is_seen_one_time_in_twenty_at_most(measure, case, rounds):
    _, seen = simulated(case, measure, rounds)
    assert seen <= LEVEL + noise(LEVEL, rounds)


SLOWER = [
    Case(shape, *size)
    for shape in SHAPES
    for size in ((0.5, 40, 80, 1.3), (0.5, 1_000, 3_000, 1.1), (0.95, 400, 300, 1.3))
]


@MEASURES
@cases(SLOWER[::4], [*SLOWER, Case(smooth, 0.99, 40_000, 30_000, 1.06)])
def test_the_interval_holds_the_true_difference(measure, case, rounds):
    held, _ = simulated(case, measure, rounds)
    assert held >= COVERED - noise(COVERED, rounds) * (rounds == QUICK)


# Of a hundred that the bootstrap finds; bins stand for thousands of requests, where it is less.
LOST = {by_requests: 0.05, by_bins: 0.06}
# Differences that are found about every second time.
FAINT = [
    Case(smooth, 0.5, 472, 249, 1.13),
    Case(quick, 0.5, 100, 120, 1.05),
    Case(cold_and_warm, 0.5, 300, 300, 1.1),
    Case(smooth, 0.95, 400, 400, 1.25),
]


@MEASURES
@cases(FAINT[:1], FAINT)
def test_it_is_found_as_often_as_by_the_bootstrap(measure, case, rounds):
    chance = np.random.default_rng(20_260_302)
    draws = [case.draw(chance) for _ in range(rounds)]
    seen = np.mean(
        [difference(*(measure(side, case.quantile) for side in draw)).certain for draw in draws]
    )
    by_bootstrap = np.mean([bootstrap_differs(chance, case.quantile, *draw) for draw in draws])
    assert seen >= by_bootstrap - LOST[measure]


@cases(FAINT[:1], FAINT[:3])
def test_the_slower_of_two_is_found_as_often_as_by_mann_and_whitney(case, rounds):
    chance = np.random.default_rng(20_260_303)
    draws = [case.draw(chance) for _ in range(rounds)]
    seen = np.mean([slower_share(*draw).certain for draw in draws])
    assert seen >= np.mean([mann_whitney_differs(*draw) for draw in draws]) - 0.03


@pytest.mark.parametrize("spread", [0.3, 1.2])
def test_it_is_seen_where_none_is_one_time_in_twenty_at_most(spread):
    """Also where one side spreads more, which misleads Mann and Whitney's test."""
    chance = np.random.default_rng(20_260_304)
    alike = [
        slower_share(chance.lognormal(7, spread, 60), chance.lognormal(7, 0.6, 400))
        for _ in range(QUICK)
    ]
    assert np.mean([gap.certain for gap in alike]) <= LEVEL + noise(LEVEL, QUICK)


def slower_share(ours, theirs):
    return difference(SlowerShare(counted(ours), counted(theirs)), Fixed(0.5))


def mann_whitney_differs(ours, theirs):
    """By the normal approximation; no durations are equal."""
    ranks = np.argsort(np.argsort(np.concatenate([ours, theirs]))) + 1
    n, m = len(ours), len(theirs)
    above = ranks[:n].sum() - n * (n + 1) / 2 - n * m / 2
    return abs(above) > 1.96 * sqrt(n * m * (n + m + 1) / 12)


@pytest.mark.parametrize(("ours", "theirs"), [(100, 100), (249, 472), (100, 3_000)])
@pytest.mark.parametrize("rate", [0.001, 0.005, 0.02, 0.1])
def test_failure_rates_that_are_alike_differ_one_time_in_twenty_at_most(ours, theirs, rate):
    """Added up over every outcome: nothing is left to chance."""
    assert shown(ours, rate, theirs, rate) <= LEVEL


def test_failure_rates_that_differ_are_found_as_often_as_by_fishers_test():
    by_fisher = shown(249, 0.06, 472, 0.02, fisher_differs)
    assert shown(249, 0.06, 472, 0.02) >= by_fisher - 0.03


def test_no_failure_on_one_side_differs_from_many_on_the_other():
    assert difference(Share(0, 100), Share(6, 100)).chance == pytest.approx(0.05, abs=0.04)
    assert difference(Share(0, 1_000), Share(10, 1_000)).certain


def shares_differ(ours, theirs):
    return difference(ours, theirs).certain


def fisher_differs(ours, theirs):
    failed, whole = ours.part + theirs.part, ours.whole + theirs.whole
    chances = [
        comb(ours.whole, part) * comb(theirs.whole, failed - part) / comb(whole, failed)
        for part in range(min(failed, ours.whole) + 1)
    ]
    own = chances[ours.part] * (1 + 1e-9)
    return sum(chance for chance in chances if chance <= own) <= 0.05


def shown(ours, our_rate, theirs, their_rate, differs=shares_differ):
    """How often a difference is, over all outcomes that matter."""
    return sum(
        p * q
        for part, p in outcomes(ours, our_rate)
        for other, q in outcomes(theirs, their_rate)
        if differs(Share(part, ours), Share(other, theirs))
    )


def outcomes(whole, rate):
    """Binomial, without those that come once in a hundred thousand."""
    ways = (lgamma(whole + 1) - lgamma(k + 1) - lgamma(whole - k + 1) for k in range(whole + 1))
    chances = enumerate(
        exp(w + k * log(rate) + (whole - k) * log(1 - rate)) for k, w in enumerate(ways)
    )
    return [(k, chance) for k, chance in chances if chance > 1e-5]


UNEQUAL = [(40, 3_000), (100, 3_000), (300, 300)]
SLOW_COSTS = [
    pytest.param(*counts, spread, LONG, marks=pytest.mark.slow)
    for counts in UNEQUAL
    for spread in (0.5, 0.8)
]


@pytest.mark.parametrize(
    ("ours", "theirs", "spread", "rounds"), [(40, 3_000, 0.8, 1_000), *SLOW_COSTS]
)
def test_mean_costs_that_are_alike_differ_one_time_in_twenty_at_most(ours, theirs, spread, rounds):
    chance = np.random.default_rng(20_260_305)
    sides = (
        [chance.lognormal(-7, spread, count) for count in (ours, theirs)] for _ in range(rounds)
    )
    seen = [mean_difference(*map(mean_cost, pair)).certain for pair in sides]
    assert np.mean(seen) <= LEVEL + noise(LEVEL, rounds)


def mean_cost(costs):
    return mean_of(costs.tolist(), len(costs), costs.mean())
