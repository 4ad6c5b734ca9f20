"""Findings in words, for pages and for what is sent. Knows no Django."""

from math import floor, isinf, log10

from alerts.rules.measures import BOOKINGS, COST, FAILURES, HAND_OFFS, LIMIT, SLOW, TOKENS
from alerts.rules.told import Of
from alerts.rules.verdict import BUDGET, PENDING, SILENCE, UNPRICED, Finding
from deployments.formats import count, duration, percent, usd
from deployments.statistics.sentences import share
from deployments.statistics.shares import Share

HOURS_AT_MOST = 1_000_000


def what(finding: Finding) -> str:
    """ "Failures of clinic-2: 12 of 12"."""
    whom = f" of {whose(finding.subject)}" if any(finding.subject) else ""
    came, of = round(finding.amount), round(finding.whole)
    whole = Share(came, of)
    if finding.kind == SILENCE:
        return f"Hardly any requests{whom}: {count(came)}" if came else f"No requests{whom}"
    heads = {
        FAILURES: ("Failures", share(whole)),
        SLOW: ("Slow answers", f"{_quantile(finding)} {duration(finding.value)}"),
        COST: ("Cost", f"{usd(finding.value)} a request"),
        TOKENS: ("Tokens", f"{count(finding.value)} a request"),
        BOOKINGS: ("Bookings", f"{share(Share(of - came, of))} of those asked for"),
        HAND_OFFS: ("Hand-offs", share(whole)),
        UNPRICED: ("Unpriced requests", f"{count(came)} of {count(of)}"),
        BUDGET: ("Cost today", usd(finding.value)),
        PENDING: ("Pending records", f"over {count(finding.value - 1)}"),
    }
    head, figure = heads[finding.kind]
    return f"{head}{whom}: {figure}"


def beside(finding: Finding) -> str:
    """ "usually 1.2 % at this hour of the week", "limit 5 %"."""
    well = finding.value_well
    if finding.kind == SILENCE:
        usually = f"usually {count(round(well))}"
        return f"{usually} in that time" if finding.amount else f"{usually} or more in that time"
    if finding.kind == UNPRICED:
        return "nobody said what they cost"
    if finding.kind == PENDING:
        return f"usually at most {count(well)}: pages grow slow, `manage.py doctor` says more"
    figures = {
        SLOW: duration(well),
        COST: usd(well),
        BUDGET: usd(well),
        TOKENS: count(well),
    }
    figure = figures.get(finding.kind) or percent(well)
    return f"limit {figure}" if finding.against == LIMIT else f"usually {figure} at this hour"


def sure(finding: Finding) -> str:
    """How often chance alone would bring it, rounded down to one digit; empty where it has no
    part."""
    if finding.kind in (BUDGET, PENDING):
        return ""
    if finding.hours >= HOURS_AT_MOST or isinf(finding.hours):
        return "by chance less than once in a million hours"
    size = 10 ** floor(log10(max(finding.hours, 1)))
    return f"by chance once in {count(floor(finding.hours / size) * size)} hours"


def whose(subject: Of) -> str:
    """ "clinic-2", "gpt-5", "gpt-5 at clinic-2"."""
    if all(subject):
        return f"{subject.request_model} at {subject.business_id}"
    return subject.business_id or subject.request_model


def _quantile(finding: Finding) -> str:
    return "median" if finding.quantile == 0.5 else f"p{finding.quantile * 100:g}"
