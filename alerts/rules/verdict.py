"""Is it well? What goes wrong in the figures of the last minutes, for whom, since when, and how
sure that is. Knows no Django; pages show it, and alerts may send it.

A finding is made where the figures are worse than is well, enough worse to matter, and chance would
bring that less than once in a thousand hours: its probability is multiplied by all tests that are
made, for each subject and each length of time, and by the sixty minutes of an hour in which
somebody may look.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from alerts.rules.limits import LimitsBySubject, limits_of
from alerts.rules.measures import (
    BOOKINGS,
    COST,
    FAILURES,
    HAND_OFFS,
    LIMIT,
    SLOW,
    TOKENS,
    Test,
    limit_tests,
    past_of,
    past_tests,
)
from alerts.rules.naming import Hit, hits_of, named, since_it_began
from alerts.rules.spans import pairs_in, span_of
from alerts.rules.told import ALL, ByPair, Counts, Of, Readings, only, subjects, summed
from alerts.rules.traffic import newly_unpriced, silences
from tracking.store.fold import FOLD_EVERY, PENDING_AT_MOST

SILENCE, UNPRICED, PENDING, BUDGET = "silence", "unpriced", "pending", "budget"
OK, WARNING, BAD, EMPTY = "ok", "warning", "bad", "empty"
# What is told first.
KINDS = (
    SILENCE,
    FAILURES,
    SLOW,
    BUDGET,
    COST,
    TOKENS,
    BOOKINGS,
    HAND_OFFS,
    UNPRICED,
    PENDING,
)

FALSE_ALARMS_AN_HOUR = 1 / 1_000
LOOKS_AN_HOUR = 60
# Of one subject: what `measures` and `traffic` have.
TESTS = 13
LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 80))


class Finding(NamedTuple):
    """`amount` of `whole` is bad, in all or since it began; `value` is its figure beside
    `value_well`, its limit or its past. `since` is empty for what has no beginning in what was
    read; `longer`: it may have begun before. `until` is set where it is over.

    `hours` is how many an hour chance needs for such a finding, infinite where chance has no part.
    `mostly` is the worst pair of a business and a model, with its commonest error.
    """

    kind: str
    subject: Of
    level: str
    value: float
    value_well: float
    against: str = LIMIT
    amount: float = 0.0
    whole: float = 0.0
    since: datetime | None = None
    longer: bool = False
    until: datetime | None = None
    hours: float = inf
    mostly: Of = ALL
    error: str = ""
    quantile: float = 0.0


class Verdict(NamedTuple):
    """`over` are findings that went by within what was read."""

    level: str
    findings: list[Finding]
    over: list[Finding]


def verdict_of(
    told: Readings | None, limits: LimitsBySubject, window: ByPair | None = None
) -> Verdict:
    """`told` are readings up to now, if that is asked; `window` is looked at as a whole."""
    return with_window(findings_of(told, limits) if told else [], limits, window)


def with_window(
    found: Sequence[Finding], limits: LimitsBySubject, window: ByPair | None
) -> Verdict:
    """What was found lately, and what a window passes as a whole: limits alone, since what came in
    it may be over."""
    known = {finding.kind for finding in found}
    whole = [each for each in _of_window(window or {}, limits) if each.kind not in known]
    going_on = [finding for finding in found if finding.until is None]
    findings = sorted((*going_on, *whole), key=_rank)
    over = sorted((finding for finding in found if finding.until), key=_rank)
    return Verdict(_level(findings, window), findings, over)


def findings_of(told: Readings, limits: LimitsBySubject) -> list[Finding]:
    return list(_live(told, limits))


def _level(findings: Sequence[Finding], window: ByPair | None) -> str:
    levels = {finding.level for finding in findings}
    if levels:
        return BAD if BAD in levels else WARNING
    return OK if window is None or window else EMPTY


def _rank(finding: Finding) -> tuple[bool, int, float]:
    return finding.level != BAD, KINDS.index(finding.kind), -finding.whole


def _live(told: Readings, limits: LimitsBySubject) -> Iterator[Finding]:
    lately = summed(told.minutes.values())
    windows = _windows(told, lately)
    whose = subjects(lately, *told.past.values())
    made = TESTS * len(windows) * len(whose)
    level = FALSE_ALARMS_AN_HOUR / LOOKS_AN_HOUR / made

    past = summed(told.past.values())
    tests = {subject: _tests(subject, told, lately, past, limits) for subject in whose}
    by_kind: dict[str, dict[Of, Hit]] = {}
    for subject in whose:
        for hit in hits_of(subject, tests[subject], windows, level):
            by_kind.setdefault(hit.test.kind, {}).setdefault(subject, hit)
    for hits in by_kind.values():
        for hit in named(since_it_began(hits, tests, told), tests, level):
            yield _finding(hit, told, limits, made)
    yield from _silent(told, level, made)
    for unpriced in newly_unpriced(told, lately):
        if unpriced.chance <= level:
            yield Finding(
                UNPRICED,
                unpriced.subject,
                WARNING,
                unpriced.unpriced / unpriced.of,
                0.0,
                amount=unpriced.unpriced,
                whole=unpriced.of,
                since=unpriced.since,
                hours=_hours(unpriced.chance, made),
            )
    yield from _over_budget(told, limits)
    if told.pending > PENDING_AT_MOST:
        yield Finding(PENDING, ALL, WARNING, told.pending, FOLD_EVERY)


def _windows(told: Readings, lately: ByPair) -> list[ByPair]:
    """Of the last five minutes, and longer ones as far as there is more in them."""
    windows: list[ByPair] = []
    sums: dict[Of, Counts] = {}
    until = told.now
    for since in (told.now - length for length in LENGTHS if told.now - length > told.since):
        between = [by_pair for minute, by_pair in told.minutes.items() if since <= minute < until]
        sums = summed([sums, *between])
        until = since
        windows.append(sums)
    return [*windows, lately]


def _tests(
    subject: Of, told: Readings, lately: ByPair, sums: ByPair, limits: LimitsBySubject
) -> list[Test]:
    counts = only(lately, subject.has)
    if not counts.requests:
        return []
    own = limits_of(limits, subject)
    past = past_of(subject, told.past, sums, lately, told.past_bins)
    return [*limit_tests(own, counts), *past_tests(own, past, counts)]


def _finding(hit: Hit, told: Readings, limits: LimitsBySubject, made: int) -> Finding:
    span = span_of(hit.subject, hit.test, told)
    pairs = pairs_in(span, told)
    counts = only(pairs, hit.subject.has)
    return _described(hit.subject, hit.test, counts, pairs, limits)._replace(
        since=span.since, longer=span.longer, until=span.until, hours=_hours(hit.tested, made)
    )


def _described(
    subject: Of, test: Test, counts: Counts, pairs: ByPair, limits: LimitsBySubject
) -> Finding:
    amount, whole = test.amount(counts)
    mostly = max(
        (pair for pair in pairs if subject.has(pair)),
        key=lambda pair: _excess(test, pairs[pair]),
        default=ALL,
    )
    errors = pairs[mostly].errors if test.kind == FAILURES and mostly in pairs else {}
    value = test.value(counts)
    return Finding(
        test.kind,
        subject,
        _level_of(subject, test, amount / whole if whole else 0.0, limits),
        value if value is not None else inf,
        test.value_well,
        test.against,
        amount,
        whole,
        mostly=mostly,
        error=max(errors, key=lambda error: errors[error], default=""),
        quantile=test.quantile,
    )


def _excess(test: Test, counts: Counts) -> float:
    bad, of = test.amount(counts)
    return bad - test.usual * of


def _level_of(subject: Of, test: Test, share: float, limits: LimitsBySubject) -> str:
    if test.kind == FAILURES:
        return BAD if share > limits_of(limits, subject).failing_badly else WARNING
    return BAD if (test.kind, test.against) == (SLOW, LIMIT) else WARNING


def _silent(told: Readings, level: float, made: int) -> Iterator[Finding]:
    found = {silence.subject: silence for silence in silences(told) if silence.chance <= level}
    named = [found[ALL]] if ALL in found and not found[ALL].came else list(found.values())
    for silence in named:
        if silence.subject == ALL and len(named) > 1:
            continue
        yield Finding(
            SILENCE,
            silence.subject,
            BAD,
            silence.came,
            silence.expected,
            amount=silence.came,
            whole=silence.expected,
            since=silence.since,
            longer=silence.longer,
            hours=_hours(silence.chance, made),
        )


def _over_budget(told: Readings, limits: LimitsBySubject) -> Iterator[Finding]:
    """Nothing of chance: what was spent is spent."""
    for subject in {ALL: None, **dict.fromkeys(limits)}:
        limit = limits_of(limits, subject).cost_a_day_usd
        spent = sum(usd for pair, usd in told.spent_today.items() if subject.has(pair))
        if limit is not None and spent > limit:
            yield Finding(BUDGET, subject, BAD, spent, limit, amount=spent)


def _of_window(window: ByPair, limits: LimitsBySubject) -> Iterator[Finding]:
    whose = subjects(window)
    made = TESTS * len(whose)
    level = FALSE_ALARMS_AN_HOUR / LOOKS_AN_HOUR / made
    tests: dict[Of, Sequence[Test]] = {}
    by_kind: dict[str, dict[Of, Hit]] = {}
    for subject in whose:
        counts = only(window, subject.has)
        tests[subject] = list(limit_tests(limits_of(limits, subject), counts))
        for hit in hits_of(subject, tests[subject], [window], level):
            by_kind.setdefault(hit.test.kind, {})[subject] = hit
    for hits in by_kind.values():
        for hit in named(hits, tests, level):
            described = _described(hit.subject, hit.test, hit.counts, window, limits)
            yield described._replace(hours=_hours(hit.tested, made))


def _hours(chance: float, made: int) -> float:
    """How many hours of looking each minute such a finding by chance takes."""
    return 1 / (chance * made * LOOKS_AN_HOUR) if chance else inf
