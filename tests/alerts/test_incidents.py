"""Simulated incidents: each is found within ten minutes of its beginning, and named."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import pytest

from alerts.rules.limits import Limits
from alerts.rules.measures import BOOKINGS, COST, FAILURES, HAND_OFFS, SLOW, TOKENS
from alerts.rules.told import ALL, Of
from alerts.rules.verdict import BUDGET, PENDING, SILENCE, UNPRICED, verdict_of
from tests.alerts.world import MINUTE, MORNING, NIGHT, Change, history
from tracking.store.fold import FOLD_EVERY
from tracking.store.record import Record

DENTAL, VET, PHYSIO = (Of(business_id=name) for name in ("dental", "vet", "physio"))
MINI, LARGE = (Of(request_model=name) for name in ("mini", "large"))
WITHIN = 10


class Incident(NamedTuple):
    change: Change
    kind: str
    subject: Of
    start: datetime = MORNING
    a_minute: float = 30.0


def is_of(each: Record, subject: Of) -> bool:
    return subject.has(Of(each.business_id, each.request_model))


def changed(subject: Of, share: float = 1.0, **fields: Any) -> Change:
    """So many of the subject's requests get these values; a function is asked for its own."""

    def change(each: Record, random: Random) -> Record:
        if is_of(each, subject) and random.random() < share:
            for name, value in fields.items():
                setattr(each, name, value(getattr(each, name)) if callable(value) else value)
        return each

    return change


def failing(subject: Of, error: str, share: float = 1.0) -> Change:
    return changed(
        subject,
        share,
        error_type=error,
        total_tokens=0,
        cost_usd=Decimal(0),
        appointment_requested=False,
        appointment_booked=False,
        human_handoff_requested=False,
        duration_ms=30_000.0 if error == "timeout" else 200.0,
    )


def slower(subject: Of, times: float) -> Change:
    return changed(subject, duration_ms=lambda ms: times * ms)


def silent(subject: Of) -> Change:
    return lambda each, random: None if is_of(each, subject) else each


def hanging(each: Record, random: Random) -> Record:
    """Everything takes 28 seconds, and works."""
    each.duration_ms = 28_000.0 * random.uniform(0.98, 1.02)
    return each


def cold_starts(each: Record, random: Random) -> Record:
    """Three in ten wait four seconds more."""
    each.duration_ms += 4_000.0 if random.random() < 0.3 else 0.0
    return each


def other_model(each: Record, random: Random) -> Record:
    """One business switches to a model at twice the price."""
    if each.business_id == "dental" and not each.error_type:
        each.request_model, each.cost_usd = "large", 2 * (each.cost_usd or Decimal(0))
    return each


def new_model(each: Record, random: Random) -> Record:
    """Nobody has told what the new one costs."""
    if each.business_id == "vet" and not each.error_type:
        each.request_model, each.cost_usd = "brand-new", None
    return each


def creeping(each: Record, random: Random) -> Record | None:
    """From 1 % by one in a hundred each minute."""
    share = 0.012 * ((each.received_at - MORNING) / MINUTE)
    return failing(ALL, "server_error", share)(each, random)


def bursts(each: Record, random: Random) -> Record | None:
    """In every third minute, half of the requests time out."""
    burst = int((each.received_at - MORNING) / MINUTE) % 3 == 0
    return failing(ALL, "timeout", 0.5 if burst else 0.0)(each, random)


INCIDENTS = {
    "outage of one business": Incident(failing(DENTAL, "auth_error"), FAILURES, DENTAL),
    "outage of a small business": Incident(failing(PHYSIO, "auth_error"), FAILURES, PHYSIO),
    "outage of one model": Incident(failing(MINI, "server_error"), FAILURES, MINI),
    "outage of all": Incident(failing(ALL, "server_error"), FAILURES, ALL),
    "rate limit of one model": Incident(failing(LARGE, "rate_limit", 0.4), FAILURES, LARGE),
    "failures that creep up": Incident(creeping, FAILURES, ALL, a_minute=60),
    "bursts of timeouts": Incident(bursts, FAILURES, ALL),
    "outage at night": Incident(failing(DENTAL, "timeout"), FAILURES, DENTAL, NIGHT, 3),
    "slow model": Incident(slower(LARGE, 2.5), SLOW, LARGE),
    "everything slow": Incident(slower(ALL, 2.0), SLOW, ALL, a_minute=90),
    "everything hangs": Incident(hanging, SLOW, ALL),
    "one business twice as slow at night": Incident(slower(DENTAL, 2.0), SLOW, DENTAL, NIGHT, 20),
    "storm of cold starts": Incident(cold_starts, SLOW, ALL, a_minute=90),
    "twice the cost by another model": Incident(other_model, COST, DENTAL, a_minute=60),
    "token explosion": Incident(
        changed(MINI, total_tokens=lambda tokens: 4 * tokens), TOKENS, MINI
    ),
    "runaway price": Incident(changed(LARGE, cost_usd=lambda usd: 200 * (usd or 0)), COST, LARGE),
    "silence of all": Incident(silent(ALL), SILENCE, ALL),
    "silence of one big business": Incident(silent(DENTAL), SILENCE, DENTAL),
    "unpriced model appears": Incident(
        new_model, UNPRICED, Of(request_model="brand-new"), a_minute=45
    ),
    "prices get lost": Incident(changed(MINI, cost_usd=None), UNPRICED, MINI),
    "no more bookings": Incident(
        changed(ALL, appointment_booked=False), BOOKINGS, ALL, a_minute=45
    ),
    "everybody wants a human": Incident(
        changed(VET, 0.6, human_handoff_requested=True), HAND_OFFS, VET
    ),
}


@pytest.mark.parametrize("incident", INCIDENTS.values(), ids=INCIDENTS)
def test_an_incident_is_found_within_ten_minutes(incident):
    told = history(incident.change, incident.start, incident.a_minute)
    before = [verdict_of(told.at(incident.start - n * MINUTE), {}) for n in (9, 4, 0)]
    assert [verdict.findings for verdict in before] == [[], [], []]
    after = [verdict_of(told.at(incident.start + n * MINUTE), {}) for n in range(1, WITHIN + 1)]
    found = [(each.kind, each.subject) for each in after[-1].findings]
    assert (incident.kind, incident.subject) in found
    kinds = [kind for kind, _ in found]
    assert kinds.count(incident.kind) == 1


@pytest.mark.parametrize("incident", INCIDENTS.values(), ids=INCIDENTS)
def test_its_beginning_is_told(incident):
    told = history(incident.change, incident.start, incident.a_minute)
    verdict = verdict_of(told.at(incident.start + WITHIN * MINUTE), {})
    [finding] = [each for each in verdict.findings if each.kind == incident.kind]
    assert finding.since
    assert abs(finding.since - incident.start) <= 4 * MINUTE
    assert finding.hours > 1_000 and finding.until is None


def test_pending_records_that_no_fold_takes_are_found():
    """A hundred requests a second come, and none is added up."""
    told = history(changed(ALL), MORNING, 30)
    grown = [told.at(MORNING, pending=FOLD_EVERY + 6_000 * n) for n in (0, 1, 2, 3)]
    kinds = [[each.kind for each in verdict_of(one, {}).findings] for one in grown]
    assert kinds == [[], [], [], [PENDING]]


def test_a_day_that_costs_more_than_its_limit_is_found():
    told = history(changed(ALL), MORNING, 30)
    limits = {VET: Limits(cost_a_day_usd=2.0), ALL: Limits(cost_a_day_usd=20.0)}
    spent = {Of("vet", "large"): 2.5, Of("dental", "mini"): 5.0}
    [finding] = verdict_of(told.at(MORNING, spent_today=spent), limits).findings
    assert (finding.kind, finding.subject, finding.value) == (BUDGET, VET, 2.5)


def test_what_is_over_is_told_apart():
    """Ten minutes of outage, then twenty that are well."""
    until = MORNING + timedelta(minutes=5)
    outage = failing(DENTAL, "auth_error")
    told = history(
        lambda each, random: outage(each, random) if each.received_at < until else each,
        MORNING,
        30,
    )
    verdict = verdict_of(told.at(MORNING + 12 * MINUTE), {})
    assert (verdict.level, verdict.findings) == ("ok", [])
    [over] = verdict.over
    assert (over.kind, over.subject, over.since, over.until) == (FAILURES, DENTAL, MORNING, until)
