"""Since when something goes wrong, and whether it is over. Knows no Django."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import log
from typing import NamedTuple

from alerts.rules.measures import Test
from alerts.rules.told import ByPair, Counts, Of, Readings, only, summed

# So many times likelier over than going on.
OVER = 1_000.0


class Span(NamedTuple):
    since: datetime
    longer: bool
    until: datetime | None


def span_of(subject: Of, test: Test, told: Readings) -> Span:
    minutes = {
        minute: only(by_pair, subject.has) for minute, by_pair in sorted(told.minutes.items())
    }
    own = {minute: counts for minute, counts in minutes.items() if counts.requests}
    return _span(test, own, told.since)


def pairs_in(span: Span, told: Readings) -> ByPair:
    return summed(
        by_pair
        for minute, by_pair in told.minutes.items()
        if minute >= span.since and (span.until is None or minute < span.until)
    )


def _span(test: Test, minutes: Mapping[datetime, Counts], read_from: datetime) -> Span:
    """Where it began: that makes what came since likeliest, against all being usual before. Over
    is what the newest minutes make so many times likelier than that it goes on."""
    steps = [(minute, *test.amount(counts)) for minute, counts in minutes.items()]
    bad = of = best = 0.0
    since, sums = steps[-1][0], (0.0, 0.0)
    for minute, more_bad, more in reversed(steps):
        bad, of = bad + more_bad, of + more
        gain = _gain(test, bad, of)
        if gain > best:
            best, since, sums = gain, minute, (bad, of)
    # What begins with the first request may be older only where more were to be expected before.
    first, gaps = steps[0][0], max(1, len(steps) - 1)
    longer = since == first and first - read_from <= 2 * (steps[-1][0] - first) / gaps
    until = _ended(test, [step for step in steps if step[0] >= since], sums)
    return Span(since, longer, until)


def _gain(test: Test, bad: float, of: float) -> float:
    """How much likelier its own rate makes it than the usual one, as a logarithm."""
    usual = max(test.usual * of, 1e-9)
    if bad <= usual:
        return 0.0
    return (bad * log(bad / usual) - bad + usual) / test.unit()


def _ended(
    test: Test, steps: Sequence[tuple[datetime, float, float]], sums: tuple[float, float]
) -> datetime | None:
    bad, of = sums
    until: datetime | None = None
    most = log(OVER)
    new_bad = new_of = 0.0
    for minute, more_bad, more in reversed(steps):
        new_bad, new_of = new_bad + more_bad, new_of + more
        before = (bad - new_bad) / (of - new_of) if of > new_of else 0.0
        usual = max(test.usual, 1e-9)
        if before <= usual:
            continue
        over = ((before - usual) * new_of - new_bad * log(before / usual)) / test.unit()
        if over > most:
            most, until = over, minute
    return until
