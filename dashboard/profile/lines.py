"""The figures of two windows, line by line, with what changed."""

from typing import NamedTuple

from dashboard.figures.figures import Figures, change, comparable, cost_change
from deployments.formats import (
    DASH,
    cost,
    cost_a_booking,
    cost_a_request,
    count,
    duration,
    points,
    signed_percent,
)
from deployments.statistics.differences import difference
from deployments.statistics.sentences import share
from deployments.statistics.shares import Share


class Line(NamedTuple):
    """One figure of both windows; `exact` is for titles, `change` empty where none can be told."""

    word: str
    now: str
    before: str
    change: str = ""
    exact: tuple[str, str] = ("", "")


def lines_of(now: Figures, before: Figures) -> list[Line]:
    """Each figure beside the one before."""
    return [
        _counted("Requests", now, before, "requests"),
        _counted("Failed", now, before, "failures"),
        _shared("Failure rate", now.failed, before.failed),
        *(_percentile(now, before, percent) for percent in (50, 95, 99)),
        _counted("Tokens", now, before, "total_tokens"),
        _counted("Tokens, input", now, before, "input_tokens"),
        _counted("Tokens, output", now, before, "output_tokens"),
        _cost(now, before),
        Line(
            "Cost a request", cost_a_request(*now.priced_cost), cost_a_request(*before.priced_cost)
        ),
        _counted("Appointments requested", now, before, "appointments_requested"),
        _counted("Booked", now, before, "appointments_booked"),
        _shared("Booking rate", now.booked, before.booked),
        Line(
            "Cost a booking",
            cost_a_booking(now.appointments_booked, *now.priced_cost),
            cost_a_booking(before.appointments_booked, *before.priced_cost),
        ),
        _counted("Handed off", now, before, "human_handoffs"),
        _shared("Hand-off rate", now.handed_off, before.handed_off),
    ]


def _counted(word: str, now: Figures, before: Figures, name: str) -> Line:
    """A change of few says little more than chance."""
    ours, theirs = getattr(now, name), getattr(before, name)
    told = comparable(now, before) and not Share(0, min(ours, theirs)).too_few
    share_ = change(ours, theirs) if told else None
    changed = "" if share_ is None else signed_percent(share_)
    return Line(word, count(ours), count(theirs), changed, (str(ours), str(theirs)))


def _shared(word: str, now: Share, before: Share) -> Line:
    """Rates are compared in percentage points: twice a tiny rate is still tiny."""
    changed = ""
    if not (now.too_few or before.too_few):
        chance = "" if difference(now, before).certain else ", may be chance"
        changed = points((now.value or 0) - (before.value or 0)) + chance
    exact = (f"{now.part} of {now.whole}", f"{before.part} of {before.whole}")
    return Line(word, share(now), share(before), changed, exact)


def _percentile(now: Figures, before: Figures, percent: int) -> Line:
    known = [figures.known(percent) for figures in (now, before)]
    share_ = change(*known) if comparable(now, before) else None
    texts = [_percentile_text(figures, percent) for figures in (now, before)]
    exact = tuple("" if value is None else f"{value} ms" for value in known)
    changed = "" if share_ is None else signed_percent(share_)
    return Line(f"p{percent}", texts[0], texts[1], changed, (exact[0], exact[1]))


def _percentile_text(figures: Figures, percent: int) -> str:
    if not figures.requests:
        return DASH
    few = figures.too_few(percent)
    return f"too few: {few}" if few else duration(figures.known(percent))


def _cost(now: Figures, before: Figures) -> Line:
    share_ = cost_change(now, before)
    exact = tuple(f"${each.cost_usd}" if each.priced else "" for each in (now, before))
    changed = "" if share_ is None else signed_percent(share_)
    texts = [cost(*figures.priced_cost) for figures in (now, before)]
    return Line("Cost", texts[0], texts[1], changed, (exact[0], exact[1]))
