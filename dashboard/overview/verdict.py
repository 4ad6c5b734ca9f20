"""The overview's verdict: what the rules find, in words, with links to the requests behind it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime

from alerts.models import limits_by_subject
from alerts.readings import readings_at
from alerts.rules import sentences
from alerts.rules.limits import LimitsBySubject
from alerts.rules.measures import COST, FAILURES, SLOW
from alerts.rules.told import ALL, Counts, Of, add_up
from alerts.rules.verdict import (
    BUDGET,
    PENDING,
    SILENCE,
    Finding,
    Verdict,
    findings_of,
    with_window,
)
from dashboard.figures.figures import Figures, finite
from dashboard.figures.sources import BySet, by_labels
from dashboard.frame.query import query_string
from dashboard.frame.scope import SCOPE_PARAMETERS
from dashboard.frame.window import Window, ceil, floor
from deployments import formats
from tracking.store.periods import MINUTE, floor_minute

# Whose requests they are says nothing of how they end; other labels do.
JUDGED = {"business_id", "request_model", "provider_name", "deployment"}
SPAN = timedelta(minutes=5)
# By business, model and error type.
ByCause = Mapping[tuple[str, ...], Figures]


def causes_of(by_set: BySet) -> ByCause:
    return by_labels(by_set, "business_id", "request_model", "error_type")


class Line(NamedTuple):
    """A finding in words; `url` leads to its requests, and `cause` is whose most of them are.
    `since` and `until` are clock times of today, else with their date."""

    finding: Finding
    what: str
    since: str
    until: str
    in_window: bool
    beside: str
    sure: str
    cause: str
    url: str


def verdict_at(
    window: Window, labels: Mapping[str, str], by_cause: ByCause, now: datetime
) -> Verdict | None:
    """None where only requests are shown that ended in some way, which is no verdict."""
    if not set(labels) <= JUDGED:
        return None
    limits = limits_by_subject()
    found = _lately(labels, limits, now) if window.since <= now < window.until else []
    return with_window(found, limits, _counts(by_cause))


def _lately(labels: Mapping[str, str], limits: LimitsBySubject, now: datetime) -> list[Finding]:
    """Looked at once a minute by each process: so often the rules allow for, and it takes longer
    than the rest of an hour's page."""
    asked = repr((floor_minute(now), sorted(labels.items()), limits))
    key = f"verdict:{sha256(asked.encode()).hexdigest()}"
    found: list[Finding] | None = cache.get(key)
    if found is None:
        found = findings_of(readings_at(now, limits, labels), limits)
        cache.set(key, found, timeout=MINUTE.seconds)
    return found


def _counts(by_cause: ByCause) -> dict[Of, Counts]:
    by_pair: dict[Of, Counts] = {}
    for (business, model, error), figures in by_cause.items():
        counts = by_pair.setdefault(Of(business, model), Counts())
        cost_usd = float(figures.cost_usd)
        counts.requests += figures.requests
        counts.cost_usd += cost_usd
        counts.cost_squares += cost_usd * cost_usd / figures.requests
        if error:
            counts.failures += figures.requests
            add_up(counts.errors, {error: figures.requests})
        else:
            counts.unpriced += figures.unpriced
            add_up(counts.bins, figures.bins)
    return by_pair


def lines_of(findings: Iterable[Finding], request: HttpRequest, now: datetime) -> list[Line]:
    return [_line(finding, request, now) for finding in findings]


def _line(finding: Finding, request: HttpRequest, now: datetime) -> Line:
    return Line(
        finding,
        sentences.what(finding),
        _clock(finding.since, now),
        _clock(finding.until, now),
        not finding.since and finding.kind not in (PENDING, BUDGET),
        sentences.beside(finding),
        sentences.sure(finding),
        _cause(finding),
        _url(finding, request, now),
    )


def _clock(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    local = localtime(moment)
    today = local.date() == localtime(now).date()
    return f"{local:%H:%M}" if today else formats.moment(local)


def _cause(finding: Finding) -> str:
    """What the subject itself doesn't say yet."""
    business, model = finding.mostly
    unsaid = Of(
        "" if finding.subject.business_id else business,
        "" if finding.subject.request_model else model,
    )
    return ": ".join(filter(None, (sentences.whose(unsaid), finding.error)))


def _url(finding: Finding, request: HttpRequest, now: datetime) -> str:
    if finding.kind == PENDING:
        return ""
    subject = finding.subject if finding.mostly == ALL else finding.mostly
    asked: dict[str, Any] = {
        name: value
        for name, value in (
            ("business", subject.business_id),
            ("model", subject.request_model),
            ("error", finding.error),
        )
        if value
    }
    if finding.kind == FAILURES:
        asked["failed"] = "1"
    if finding.kind == SLOW:
        asked["slower_ms"] = round(finding.value_well)
    if finding.kind == COST:
        asked["sort"] = "dearest"
    if finding.since and finding.kind != SILENCE:
        asked |= _span(finding, now)
    return reverse("dashboard:requests") + query_string(request, *SCOPE_PARAMETERS, **asked)


def _span(finding: Finding, now: datetime) -> dict[str, str | None]:
    assert finding.since
    since, until = floor(finding.since, SPAN), ceil(finding.until or now + MINUTE, SPAN)
    return {
        "window": None,
        "since": f"{since:%Y-%m-%dT%H:%M}Z",
        "until": f"{until:%Y-%m-%dT%H:%M}Z",
    }


def as_json(verdict: Verdict | None, now: datetime) -> dict[str, Any]:
    findings, over = (verdict.findings, verdict.over) if verdict else ([], [])
    return {
        "now": now.isoformat(),
        "level": verdict.level if verdict else None,
        "findings": [_finding_json(finding) for finding in findings],
        "over": [_finding_json(finding) for finding in over],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    """`hours` is how many chance would need; null where chance has no part."""
    return {
        "kind": finding.kind,
        "level": finding.level,
        "words": f"{sentences.what(finding)} ({sentences.beside(finding)})",
        "business": finding.subject.business_id or None,
        "model": finding.subject.request_model or None,
        "value": finite(finding.value),
        "value_well": finite(finding.value_well),
        "against": finding.against,
        "amount": finite(finding.amount),
        "of": finite(finding.whole),
        "since": finding.since and finding.since.isoformat(),
        "since_is_the_earliest": finding.longer,
        "until": finding.until and finding.until.isoformat(),
        "chance_hours": finite(finding.hours),
        "mostly": {
            "business": finding.mostly.business_id or None,
            "model": finding.mostly.request_model or None,
            "error": finding.error or None,
        },
    }
