"""Four cards of a window's requests, in words and figures, against the window before."""

from typing import NamedTuple

from dashboard.figures.figures import BAD, WARNING, Figures, change, comparable, level_of
from deployments.formats import (
    at_most,
    cost,
    cost_a_booking,
    cost_a_request,
    count,
    duration,
    percent,
    signed_percent,
)
from deployments.statistics.sentences import share

Detail = tuple[str, str, str]


class Card(NamedTuple):
    """`exact` is the whole figure, for the title; `series` is drawn as its small line; `level`
    is set where good and bad are plain."""

    word: str
    figure: str
    exact: str
    change: str
    series: str
    details: list[Detail]
    note: str = ""
    level: str = ""


def cards_of(now: Figures, before: Figures, words: str) -> list[Card]:
    """`words` are of the window before."""
    return [make(now, before, words) for make in (_traffic, _failures, _latency, _cost)]


def _traffic(now: Figures, before: Figures, words: str) -> Card:
    return Card(
        "Requests",
        count(now.requests),
        str(now.requests),
        _traffic_change(now, before, words),
        "requests",
        [
            ("Tokens", count(now.total_tokens), str(now.total_tokens)),
            ("Booked", count(now.appointments_booked), ""),
            ("Handed off", count(now.human_handoffs), ""),
        ],
    )


def _failures(now: Figures, before: Figures, words: str) -> Card:
    return Card(
        "Failures",
        share(now.failed),
        f"{now.failures} of {now.requests}",
        _share_before(before, words),
        "failed",
        [
            ("Failed", count(now.failures), ""),
            ("Worked", count(now.requests - now.failures), ""),
            ("Warning from", percent(WARNING), f"Bad above {percent(BAD)}"),
        ],
        level=level_of(now.failure_rate),
    )


def _latency(now: Figures, before: Figures, words: str) -> Card:
    few = now.requests and now.too_few(95)
    return Card(
        f"Latency, slowest of {now.requests}" if few else "Latency, p95",
        at_most(now.slowest) if few else duration(now.p95),
        f"{now.slowest if few else now.p95} ms",
        _latency_change(now, before, words),
        "slowest" if few else "p95",
        [_percentile_detail(now, percent_) for percent_ in (50, 99)]
        + [("Mean", duration(now.mean_ms), f"{now.mean_ms} ms")],
        note=f"too few samples: {few} for p95" if few else "",
    )


def _cost(now: Figures, before: Figures, words: str) -> Card:
    return Card(
        "Cost",
        cost(now.cost_usd, now.priced, now.priced) if now.priced else cost(*now.priced_cost),
        f"${now.cost_usd}" if now.priced else "",
        _cost_change(now, before, words),
        "cost_usd",
        [
            ("A request", cost_a_request(*now.priced_cost), str(now.cost_per_request)),
            ("A booking", cost_a_booking(now.appointments_booked, *now.priced_cost), ""),
            ("Unpriced", count(now.unpriced), "Requests that named no cost"),
        ],
        note=f"+ {count(now.unpriced)} unpriced" if now.partly_priced else "",
    )


def _percentile_detail(now: Figures, percent_: int) -> Detail:
    known = now.known(percent_)
    if known is None:
        return (f"p{percent_}", "too few samples", now.too_few(percent_))
    return (f"p{percent_}", duration(known), f"{known} ms")


def _traffic_change(now: Figures, before: Figures, words: str) -> str:
    if not before.requests or comparable(now, before):
        return _change(now.requests, before, before.requests, words)
    return f"{_requests(before)} in {words}"


def _latency_change(now: Figures, before: Figures, words: str) -> str:
    if before.requests and None in (now.p95, before.p95):
        return f"Too few to compare: {_requests(before)} in {words}"
    return _change(now.p95, before, before.p95, words)


def _cost_change(now: Figures, before: Figures, words: str) -> str:
    """Sums that leave requests out aren't compared."""
    whole = before.cost_usd and not now.unpriced and not before.unpriced
    if not before.requests or (whole and comparable(now, before)):
        return _change(float(now.cost_usd), before, float(before.cost_usd), words)
    return f"{cost(*before.priced_cost)} in {words}"


def _share_before(before: Figures, words: str) -> str:
    """Rates are compared in percentage points: twice a tiny rate is still tiny."""
    if not before.requests:
        return _nothing(words)
    return f"{share(before.failed)} in {words}"


def _change(now: float | None, before: Figures, value: float | None, words: str) -> str:
    share_ = change(now, value)
    if share_ is None:
        return _nothing(words) if not before.requests else ""
    return f"{signed_percent(share_)} on {words}"


def _nothing(words: str) -> str:
    return f"No requests in {words}"


def _requests(figures: Figures) -> str:
    return f"{count(figures.requests)} request{'' if figures.requests == 1 else 's'}"
