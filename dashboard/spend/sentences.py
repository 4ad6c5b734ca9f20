"""What a month's spend says, in words and four cards."""

from typing import NamedTuple

from dashboard.figures.figures import Figures
from dashboard.spend.month import Month, Spend
from deployments.formats import DASH, cost, count, usd


class Card(NamedTuple):
    """`beside` stands by the figure, `note` below it."""

    word: str
    figure: str
    exact: str
    beside: str
    note: str


def verdict_of(spend: Spend) -> str:
    """What has come, what is to come, and how sure that is."""
    this, last = spend.this, spend.last
    if not this.figures.requests:
        before = f"{last.name}: {_cost(last)}" if last.figures.requests else f"none in {last.name}"
        return f"No requests in {this.name} so far; {before}."
    return f"{this.name} so far: {_cost(this)}{_on_course(spend)}. {last.name}: {_cost(last)}."


def _on_course(spend: Spend) -> str:
    if not spend.on_course:
        return ""
    low, high = spend.on_course.interval.low, spend.on_course.interval.high
    return f", on course for {usd(spend.on_course.value)} ({usd(low)} to {usd(high)})"


def cards_of(spend: Spend) -> list[Card]:
    this, last = spend.this, spend.last
    return [
        _card(f"{this.name} so far", this.figures, _requests(this)),
        _projected(spend),
        _card(
            f"{last.name} by this time",
            spend.same_part,
            "" if spend.same_part.requests else "no requests by then",
        ),
        _card(f"All of {last.name}", last.figures, _requests(last)),
    ]


def _projected(spend: Spend) -> Card:
    word = f"On course for by the end of {spend.this.name}"
    if not spend.this.figures.priced:
        return Card(word, DASH, "", "", "no request named its cost")
    if not spend.on_course:
        few = f"too little to go by: {spend.known_days} of {spend.needed_days} whole days needed"
        return Card(word, DASH, "", "", few)
    value, interval, weeks = spend.on_course
    note = f"95 %: {usd(interval.low)} to {usd(interval.high)}, as in the last {weeks} weeks"
    if spend.this.figures.unpriced:
        note += "; priced requests alone"
    return Card(word, usd(value), f"${value}", "", note)


def _card(word: str, figures: Figures, note: str) -> Card:
    if not figures.partly_priced:
        exact = f"${figures.cost_usd}" if figures.priced else ""
        return Card(word, cost(*figures.priced_cost), exact, "", note)
    known = cost(figures.cost_usd, figures.priced, figures.priced)
    return Card(word, known, f"${figures.cost_usd}", f"+ {count(figures.unpriced)} unpriced", note)


def _cost(month: Month) -> str:
    return cost(*month.figures.priced_cost)


def _requests(month: Month) -> str:
    """How many, and from when on, where the month began without any."""
    figures, began = month.figures, month.began
    unpriced = f", {count(figures.unpriced)} of them unpriced" if figures.unpriced else ""
    late = f", the first on {began.day} {began:%b}" if began and began > month.first else ""
    return f"{count(figures.requests)} requests{unpriced}{late}"
