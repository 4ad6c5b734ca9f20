"""Tails against the sums that define them."""

from math import comb, exp, factorial

import pytest

from alerts.rules import tails


@pytest.mark.parametrize(("bad", "of"), [(0, 1), (1, 1), (3, 37), (12, 12), (37, 37), (60, 400)])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.6])
def test_a_binomial_tail_is_its_sum(bad, of, share):
    exact = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(bad, of + 1))
    assert tails.binomial(bad, of, share) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(("at_least", "mean"), [(0, 3.0), (1, 0.1), (4, 9.5), (20, 4.0)])
def test_a_poisson_tail_is_its_sum(at_least, mean):
    exact = 1 - sum(exp(-mean) * mean**k / factorial(k) for k in range(at_least))
    assert tails.poisson(at_least, mean) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("now", [(1, 1), (4, 4), (9, 30), (30, 30)])
@pytest.mark.parametrize("before", [(0, 1), (5, 500), (200, 500)])
def test_fishers_test_counts_the_ways(now, before):
    (bad, of), (bad_before, of_before) = now, before
    both = bad + bad_before
    ways = sum(comb(of, k) * comb(of_before, both - k) for k in range(bad, min(of, both) + 1))
    exact = ways / comb(of + of_before, both)
    assert tails.fisher(bad, of, bad_before, of_before) == pytest.approx(exact, rel=1e-9)


def test_of_two_poisson_counts_the_one_now_is_binomial():
    exact = sum(comb(15, k) * 0.1**k * 0.9 ** (15 - k) for k in range(12, 16))
    assert tails.more(12, 3, 0.1) == pytest.approx(exact, rel=1e-9)
    assert tails.fewer(0, 100, 0.2) == pytest.approx(0.8**100, rel=1e-9)
    assert tails.fewer(3, 12, 0.1) + tails.more(4, 11, 0.1) == pytest.approx(1)
