"""What can be worse than is well, each with the probability that chance made it so. Knows no
Django."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

from alerts.rules import tails
from alerts.rules.limits import Limits
from alerts.rules.told import ALL, ByPair, Counts, Of, add_up, only
from tracking.store.bins import duration_bin, percentile

FAILURES, SLOW, COST, TOKENS = "failures", "slow", "cost", "tokens"
BOOKINGS, HAND_OFFS = "bookings", "hand_offs"
LIMIT, PAST = "limit", "past"

# One request in so many may be slower than the limit of the p95.
SLOW_SHARE = 0.05
# What stays below is no trouble, however little it was before.
FAILING_FLOOR = 0.02
HAND_OFFS_FLOOR = 0.05
QUANTILES = (0.5, 0.9)
# Sums are as uneven as the hours of the past were, at least twice as uneven as single requests,
# and, since a few hours tell that roughly, twice that. So many hours' worth is assumed beforehand.
CLUMP = 2.0
SURE = 2.0
ASSUMED_HOURS = 8

# A conversation has one model, so that among several models its requests are slow together: as
# many of them as one independent one.
MIXED = 5

Amount = Callable[[Counts], tuple[float, float]]


class Test(NamedTuple):
    """`amount` is what is bad of how much, `usual` their ratio where all is well, in `unit()`s that
    come independently. `value` is the figure that people read, beside the past's or the limit."""

    kind: str
    against: str
    amount: Amount
    usual: float
    unit: Callable[[], float]
    chance: Callable[[float, float], float]
    value: Callable[[Counts], float | None]
    value_well: float
    matters_from: float
    quantile: float = 0.0
    falls: bool = False

    def matters(self, counts: Counts) -> bool:
        value = self.value(counts)
        if value is None:
            return False
        return value <= self.matters_from if self.falls else value >= self.matters_from

    def chance_of(self, counts: Counts) -> float:
        """1 where it is no worse than usual, or too little worse to matter."""
        bad, of = self.amount(counts)
        if not of or bad / of <= self.usual or not self.matters(counts):
            return 1.0
        return self.chance(bad, of)


class Past(NamedTuple):
    """A subject's own past at this hour of the week."""

    whole: Counts
    hours: Callable[[], list[Counts]]
    models: int
    of_all: bool


def past_of(
    subject: Of,
    past: Mapping[datetime, ByPair],
    sums: ByPair,
    lately: ByPair,
    past_bins: Mapping[Of, Mapping[int, int]],
) -> Past:
    """`sums` are those of `past`."""
    whole = only(sums, subject.has)
    for pair, bins in past_bins.items():
        if subject.has(pair):
            add_up(whole.bins, bins)
    models = {pair.request_model for pair in (*sums, *lately) if subject.has(pair)}
    hours = past.values()
    return Past(
        whole, lambda: [only(hour, subject.has) for hour in hours], len(models), subject == ALL
    )


def limit_tests(limits: Limits, lately: Counts) -> Iterator[Test]:
    yield _above_limit(FAILURES, _failed, limits.failing)
    slower = _slower_than(duration_bin(limits.p95_ms))
    yield _above_limit(SLOW, slower, SLOW_SHARE)._replace(
        value=_quantile_ms(1 - SLOW_SHARE),
        value_well=limits.p95_ms,
        matters_from=limits.p95_ms,
        quantile=1 - SLOW_SHARE,
    )
    if lately.cost_usd:
        unit = lately.cost_squares / lately.cost_usd
        yield _mean_above_limit(COST, _dollars, limits.cost_a_request_usd, unit)


def past_tests(limits: Limits, past: Past, lately: Counts) -> Iterator[Test]:
    if not past.whole.requests:
        return
    times = limits.times_past
    yield _more_often(FAILURES, _failed, past.whole, times, FAILING_FLOOR)
    yield _more_often(HAND_OFFS, _handed_off, past.whole, times, HAND_OFFS_FLOOR)
    # Which of its models a business uses varies too much; its models are looked at for themselves.
    if past.whole.worked and (past.models == 1 or past.of_all):
        for quantile in QUANTILES:
            yield _slower(quantile, past.whole, times, MIXED if past.models > 1 else 1)
    if past.whole.asked:
        yield _fewer_booked(past.whole, times)
    for kind, amount, squares in (
        (COST, _dollars, lately.cost_squares),
        (TOKENS, _tokens, lately.token_squares),
    ):
        sum_, _ = amount(lately)
        if sum_ and amount(past.whole)[0]:
            yield _higher_mean(kind, amount, past, times, squares / sum_)


def _above_limit(kind: str, amount: Amount, limit: float) -> Test:
    return Test(
        kind,
        LIMIT,
        amount,
        usual=limit,
        unit=_one,
        chance=lambda bad, of: tails.binomial(int(bad), int(of), limit),
        value=_ratio(amount),
        value_well=limit,
        matters_from=limit,
    )


def _mean_above_limit(kind: str, amount: Amount, limit: float, unit: float) -> Test:
    return Test(
        kind,
        LIMIT,
        amount,
        usual=limit,
        unit=lambda: unit,
        chance=lambda sum_, of: tails.poisson(int(sum_ / unit), of * limit / unit),
        value=_ratio(amount),
        value_well=limit,
        matters_from=limit,
    )


def _more_often(kind: str, amount: Amount, past: Counts, times: float, floor: float) -> Test:
    bad, of = amount(past)
    return Test(
        kind,
        PAST,
        amount,
        usual=bad / of,
        unit=_one,
        chance=lambda now, of_now: tails.fisher(int(now), int(of_now), int(bad), int(of)),
        value=_ratio(amount),
        value_well=bad / of,
        matters_from=max(times * bad / of, floor),
    )


def _slower(quantile: float, past: Counts, times: float, clump: int) -> Test:
    """Whether more are slower than the past's quantile; a bin's width, 9 %, is let pass."""
    usual_ms = percentile(past.bins, quantile) or 0.0
    edge = duration_bin(usual_ms)
    bad, of = _slower_than(edge)(past)
    return Test(
        SLOW,
        PAST,
        _slower_than(edge + 1),
        usual=bad / of,
        unit=lambda: float(clump),
        chance=lambda now, of_now: tails.fisher(
            *(int(count) // clump for count in (now, of_now, bad, of))
        ),
        value=_quantile_ms(quantile),
        value_well=usual_ms,
        matters_from=times * usual_ms,
        quantile=quantile,
    )


def _fewer_booked(past: Counts, times: float) -> Test:
    share = past.booked / past.asked
    return Test(
        BOOKINGS,
        PAST,
        _not_booked,
        usual=1 - share,
        unit=_one,
        chance=lambda now, of: tails.fisher(
            int(now), int(of), past.asked - past.booked, past.asked
        ),
        value=lambda counts: counts.booked / counts.asked if counts.asked else None,
        value_well=share,
        matters_from=share / times,
        falls=True,
    )


def _higher_mean(kind: str, amount: Amount, past: Past, times: float, uneven: float) -> Test:
    """A sum over unequal requests is so many units, of which each comes or doesn't."""
    sum_, of = amount(past.whole)

    @cache
    def unit() -> float:
        """Asked only of what is suspicious."""
        return _unit([amount(hour) for hour in past.hours()], CLUMP * uneven)

    return Test(
        kind,
        PAST,
        amount,
        usual=sum_ / of,
        unit=unit,
        chance=lambda now, of_now: tails.more(now / unit(), sum_ / unit(), of_now / (of_now + of)),
        value=_ratio(amount),
        value_well=sum_ / of,
        matters_from=times * sum_ / of,
    )


def _unit(hours: list[tuple[float, float]], assumed: float) -> float:
    """The variance of an hour's sum by its mean."""
    hours = [(sum_, of) for sum_, of in hours if of]
    mean = sum(sum_ for sum_, _ in hours) / sum(of for _, of in hours)
    off = sum((sum_ - mean * of) ** 2 / (mean * of) for sum_, of in hours)
    return SURE * (off + ASSUMED_HOURS * assumed) / (len(hours) - 1 + ASSUMED_HOURS)


def _one() -> float:
    return 1.0


def _ratio(amount: Amount) -> Callable[[Counts], float | None]:
    def ratio(counts: Counts) -> float | None:
        bad, of = amount(counts)
        return bad / of if of else None

    return ratio


def _quantile_ms(quantile: float) -> Callable[[Counts], float | None]:
    return lambda counts: percentile(counts.bins, quantile)


def _slower_than(bin_: int) -> Amount:
    return lambda counts: (
        sum(requests for other, requests in counts.bins.items() if other > bin_),
        sum(counts.bins.values()),
    )


def _failed(counts: Counts) -> tuple[float, float]:
    return counts.failures, counts.requests


def _handed_off(counts: Counts) -> tuple[float, float]:
    return counts.handed_off, counts.requests


def _not_booked(counts: Counts) -> tuple[float, float]:
    return counts.asked - counts.booked, counts.asked


def _dollars(counts: Counts) -> tuple[float, float]:
    return counts.cost_usd, counts.priced


def _tokens(counts: Counts) -> tuple[float, float]:
    return counts.tokens, counts.worked
