"""How likely chance alone brings so much or more: exact tails. Knows no Django."""

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_PRECISE = 1e-12
_STEPS = 1_000


def binomial(bad: int, of: int, share: float) -> float:
    """P(at least `bad` of `of`), each with a probability of `share`."""
    return beta(share, bad, of - bad + 1)


def poisson(at_least: int, mean: float) -> float:
    """P(a Poisson count is `at_least` or more)."""
    if at_least <= 0 or mean <= 0:
        return float(at_least <= 0)
    term = exp(at_least * log(mean) - mean - lgamma(at_least + 1))
    if at_least < mean:
        # Its terms grow from here on, so that those below are fewer.
        return 1 - sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(at_least))
    sum_, k = 0.0, at_least
    while term > sum_ * _PRECISE:
        sum_, k = sum_ + term, k + 1
        term *= mean / k
    return sum_


def fisher(bad: int, of: int, bad_before: int, of_before: int) -> float:
    """P(at least `bad` of all the bad ones fall to these `of`), if it was as likely before:
    Fisher's exact test, which knows how few there were before."""
    both = bad + bad_before
    if not bad or not of_before:
        return 1.0
    log_term = _choices(of, bad) + _choices(of_before, bad_before) - _choices(of + of_before, both)
    term, sum_ = exp(log_term), 0.0
    for k in range(bad, min(of, both) + 1):
        sum_ += term
        if term < sum_ * _PRECISE:
            break
        term *= (of - k) * (both - k) / ((k + 1) * (of_before - both + k + 1))
    return min(1.0, sum_)


def more(events: float, events_before: float, exposure: float) -> float:
    """P(at least `events` now), if the rate was the same before. `exposure` is the share of now in
    both: of two Poisson counts, given their sum, one is binomial. Needs no whole numbers."""
    return beta(exposure, events, events_before + 1)


def fewer(events: float, events_before: float, exposure: float) -> float:
    """P(at most `events` now), if the rate was the same before."""
    return beta(1 - exposure, events_before, events + 1)


def beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, which binomial tails are values of."""
    if a <= 0 or x >= 1:
        return 1.0
    if x <= 0:
        return 0.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Its continued fraction by Lentz's method."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < _PRECISE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _choices(of: int, taken: int) -> float:
    """The logarithm of in how many ways so many can be taken."""
    return lgamma(of + 1) - lgamma(taken + 1) - lgamma(of - taken + 1)
