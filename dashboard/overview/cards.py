"""The four cards of the overview, in words and figures."""

from typing import NamedTuple

from dashboard.figures.figures import BAD, WARNING, Figures, change, level_of
from dashboard.frame.window import Window
from dashboard.overview.overview import Overview
from deployments.formats import count, duration, percent, signed_percent, usd

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


def cards_of(overview: Overview, window: Window) -> list[Card]:
    now, before = overview.figures, overview.before
    return [make(now, before, window) for make in (_traffic, _failures, _latency, _cost)]


def _traffic(now: Figures, before: Figures, window: Window) -> Card:
    return Card(
        "Requests",
        count(now.requests),
        str(now.requests),
        _change(now.requests, before.requests, window),
        "requests",
        [
            ("Tokens", count(now.total_tokens), str(now.total_tokens)),
            ("Booked", count(now.appointments_booked), ""),
            ("Handed off", count(now.human_handoffs), ""),
        ],
    )


def _failures(now: Figures, before: Figures, window: Window) -> Card:
    return Card(
        "Failures",
        percent(now.failure_rate),
        f"{now.failures} of {now.requests}",
        _points(now, before, window),
        "failed",
        [
            ("Failed", count(now.failures), ""),
            ("Worked", count(now.requests - now.failures), ""),
            ("Good below", percent(WARNING), f"Bad above {percent(BAD)}"),
        ],
        level=level_of(now.failure_rate),
    )


def _latency(now: Figures, before: Figures, window: Window) -> Card:
    return Card(
        "Latency, p95",
        duration(now.percentile(95)),
        f"{now.percentile(95)} ms",
        _change(now.percentile(95), before.percentile(95), window),
        "p95",
        [_percentile_detail(now, percent_) for percent_ in (50, 99)]
        + [("Mean", duration(now.mean_ms), f"{now.mean_ms} ms")],
        note=_few(now, 95),
    )


def _cost(now: Figures, before: Figures, window: Window) -> Card:
    known = now.cost_or_none
    return Card(
        "Cost",
        usd(known) if now.requests else usd(0),
        f"${now.cost_usd}",
        _change(None if known is None else float(known), float(before.cost_usd), window),
        "cost_usd",
        [
            ("A request", usd(now.cost_per_request), str(now.cost_per_request)),
            ("A booking", usd(now.cost_per_booking), str(now.cost_per_booking)),
            ("Unpriced", count(now.unpriced), "Requests that named no cost"),
        ],
    )


def _percentile_detail(now: Figures, percent_: int) -> Detail:
    if now.too_few(percent_):
        return (f"p{percent_}", "few samples", now.too_few(percent_))
    return (f"p{percent_}", duration(now.percentile(percent_)), f"{now.percentile(percent_)} ms")


def _few(now: Figures, percent_: int) -> str:
    few = now.too_few(percent_)
    return f"too few samples: {few}" if now.requests and few else ""


def _change(now: float | None, before: float | None, window: Window) -> str:
    share = change(now, before)
    if share is None:
        return f"Nothing in the {window.words} before"
    return f"{signed_percent(share)} on the {window.words} before"


def _points(now: Figures, before: Figures, window: Window) -> str:
    """Rates are compared in percentage points: twice a tiny rate is still tiny."""
    if now.failure_rate is None or before.failure_rate is None:
        return f"Nothing in the {window.words} before"
    return f"{percent(before.failure_rate)} in the {window.words} before"
