"""What a month is on course for: held by simulated spend whose true total is known."""

from itertools import accumulate
from random import Random

import pytest

from dashboard.spend.projection import Projection, project

DAYS = 56
# A business sleeps at the weekend.
WEEKDAYS = (1.0, 1.1, 1.2, 1.1, 0.9, 0.3, 0.2)


def steady(random, days):
    return [random.gammavariate(10, 1) for _ in days]


def growing(random, days):
    return [random.gammavariate(10, 1) * (1 + 0.03 * day / 7) for day in days]


def bursty(random, days):
    return [random.gammavariate(10, 1) * (4 if random.random() < 0.05 else 1) for _ in days]


def correlated(random, days):
    """A day is much like the one before."""
    states = accumulate((random.gauss(0, 0.2) for _ in days), lambda old, new: 0.6 * old + new)
    return [10 * max(0.05, 1 + state) for state in states]


def simulated(kind, random, weeks, ahead):
    levels = kind(random, range(7 * weeks + ahead))
    spend = [level * WEEKDAYS[day % 7] for day, level in enumerate(levels)]
    return spend[: 7 * weeks], spend[7 * weeks :]


def projected(known, ahead) -> Projection:
    found = project(known, ahead)
    assert found
    return found


def coverage(kind, weeks, ahead, months=400):
    random, held = Random(7), 0
    for _ in range(months):
        known, coming = simulated(kind, random, weeks, ahead)
        held += sum(coming) in projected(known, [1.0] * ahead).interval
    return held / months


@pytest.mark.parametrize("weeks", [4, 8])
@pytest.mark.parametrize("kind", [steady, growing, bursty, correlated])
def test_its_interval_holds_the_true_sum(kind, weeks):
    held = [coverage(kind, weeks, ahead) for ahead in (1, 10, 20, 30)]
    assert min(held) >= 0.9
    assert sum(held) / len(held) >= 0.93


def test_its_interval_is_no_wider_than_it_must_be():
    held = [coverage(kind, 8, 20) for kind in (steady, growing)]
    assert sum(held) / len(held) <= 0.98


def test_it_is_right_about_spend_that_never_changes():
    known = [10 * share for share in WEEKDAYS] * 8
    found = projected(known, [1.0] * 9)
    assert found.value == pytest.approx(10 * sum(WEEKDAYS) + 10 * (1.0 + 1.1))
    assert found.interval.high - found.interval.low == pytest.approx(0, abs=1e-6)


def test_it_goes_on_with_what_grows():
    known = [10.0 + day // 7 for day in range(DAYS)]
    assert projected(known, [1.0] * 7).value == pytest.approx(7 * 18)


def test_of_today_what_is_to_come_counts():
    assert projected([2.0] * DAYS, [0.25, 1.0]).value == pytest.approx(2.5)


def test_nothing_is_negative():
    falling = [max(0.0, 100.0 - 2 * day) for day in range(DAYS)]
    found = projected(falling, [1.0] * 30)
    assert found.value == found.interval.low == 0


def test_too_few_weeks_say_nothing():
    assert project([1.0] * 27, [1.0]) is None
    assert projected([1.0] * 28, [1.0]).weeks == 4


def test_days_that_are_long_ago_dont_count():
    assert projected([900.0] * 30 + [1.0] * DAYS, [1.0]).value == pytest.approx(1)
