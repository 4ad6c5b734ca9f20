"""Is it well? What goes wrong in the figures of the last minutes, for whom, since when, and how
sure that is. Knows no Django; pages show it, and alerts may send it.

A finding is made where the figures are worse than is well, enough worse to matter, and chance would
bring that less than once in a thousand hours: its probability is multiplied by all tests that are
made, for each subject and each length of time, and by the sixty minutes of an hour in which
somebody may look.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf, log
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
LENGTHS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 20))
# What most share isn't one's own.
WIDESPREAD = 0.8
# Of what is left without one of them.
SUSPICIOUS = 0.001
NAMED_AT_MOST = 3
# So many times likelier over than going on.
OVER = 1_000.0


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


class _Hit(NamedTuple):
    """`tested` is the chance in a length of time that was chosen beforehand: `chance` may be of
    one that was chosen since."""

    subject: Of
    test: Test
    counts: Counts
    pairs: ByPair
    chance: float
    tested: float


def verdict_of(
    told: Readings | None, limits: LimitsBySubject, window: ByPair | None = None
) -> Verdict:
    """`told` are readings up to now, if that is asked; `window` is looked at as a whole against
    limits alone, since what came in it may be over."""
    found = list(_live(told, limits)) if told else []
    going_on = [finding for finding in found if finding.until is None]
    known = {finding.kind for finding in going_on}
    whole = [each for each in _of_window(window or {}, limits) if each.kind not in known]
    findings = sorted((*going_on, *whole), key=_rank)
    over = sorted((finding for finding in found if finding.until), key=_rank)
    return Verdict(_level(findings, window), findings, over)


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

    tests = {subject: _tests(subject, told, lately, limits) for subject in whose}
    by_kind: dict[str, dict[Of, _Hit]] = {}
    for subject in whose:
        for hit in _hits(subject, tests[subject], windows, level):
            by_kind.setdefault(hit.test.kind, {}).setdefault(subject, hit)
    for hits in by_kind.values():
        for hit in _named(_since_it_began(hits, tests, told), tests, level):
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
    for length in LENGTHS:
        if told.now - length > told.since:
            windows.append(
                summed(
                    by_pair
                    for minute, by_pair in told.minutes.items()
                    if minute >= told.now - length
                )
            )
    return [*windows, lately]


def _tests(subject: Of, told: Readings, lately: ByPair, limits: LimitsBySubject) -> list[Test]:
    counts = only(lately, subject.has)
    if not counts.requests:
        return []
    own = limits_of(limits, subject)
    past = past_of(subject, told.past, told.past_bins)
    return [*limit_tests(own, counts), *past_tests(own, past, counts)]


def _hits(
    subject: Of, tests: Sequence[Test], windows: Sequence[ByPair], level: float
) -> Iterator[_Hit]:
    """The least likely of each kind, in no order; a limit goes before the past."""
    of_windows = [(pairs, only(pairs, subject.has)) for pairs in windows]
    best: dict[str, _Hit] = {}
    for test in tests:
        for pairs, counts in of_windows:
            chance = test.chance_of(counts)
            known = best.get(test.kind)
            if chance <= level and (known is None or _stronger(test, chance, known)):
                best[test.kind] = _Hit(subject, test, counts, pairs, chance, chance)
    yield from best.values()


def _stronger(test: Test, chance: float, known: _Hit) -> bool:
    if (test.against == LIMIT) != (known.test.against == LIMIT):
        return test.against == LIMIT
    return chance < known.chance


def _since_it_began(
    hits: Mapping[Of, _Hit], tests: Mapping[Of, Sequence[Test]], told: Readings
) -> dict[Of, _Hit]:
    """All seen from where the least likely began: what was well before would blur who it is."""
    first = min(hits.values(), key=lambda hit: hit.chance)
    pairs = _pairs_in(_span_of(first, told), told)
    seen = {}
    for subject, hit in hits.items():
        alike = [test for test in tests[subject] if test.kind == hit.test.kind]
        now = next(_hits(subject, alike, [pairs], hit.chance), hit)
        seen[subject] = now._replace(tested=hit.tested)
    return seen


def _named(hits: Mapping[Of, _Hit], tests: Mapping[Of, Sequence[Test]], level: float) -> list[_Hit]:
    """Those without which the others are well; all together where nearly all are worse."""
    whole = hits.get(ALL)
    if whole and _is_widespread(whole, tests):
        return [whole]
    picked: list[_Hit] = []
    for hit in sorted(hits.values(), key=_likely_it):
        rest = only(
            hit.pairs, lambda pair, hit=hit: hit.subject.has(pair) and not _has(picked, pair)
        )
        if hit.test.chance_of(rest) <= level:
            if hit is whole and picked:
                continue
            picked.append(hit)
    return picked[:NAMED_AT_MOST]


def _likely_it(hit: _Hit) -> tuple[bool, bool, float]:
    """First whose every part is worse: a business of which one model fails isn't what fails."""
    own = {pair: counts for pair, counts in hit.pairs.items() if hit.subject.has(pair)}
    worse = sum(
        counts.requests
        for counts in own.values()
        if _worse(hit.test, [hit.test], counts) >= _worse(hit.test, [hit.test], hit.counts) / 2
    )
    return hit.subject == ALL, worse < WIDESPREAD * hit.counts.requests, hit.chance


def _has(picked: Sequence[_Hit], pair: Of) -> bool:
    return any(hit.subject.has(pair) for hit in picked)


def _is_widespread(whole: _Hit, tests: Mapping[Of, Sequence[Test]]) -> bool:
    """Whether most requests are of businesses, and of models, that are worse by half as much as all
    are at least, and the others are worse without any of them."""
    parts = [subject for subject in subjects(whole.pairs) if subject != ALL]
    for column in Of._fields:
        side = {
            subject: only(whole.pairs, subject.has) for subject in parts if getattr(subject, column)
        }
        if len(side) < 2:
            continue
        worse = sum(
            counts.requests
            for subject, counts in side.items()
            if _worse(whole.test, tests.get(subject, []), counts)
            >= _worse(whole.test, [whole.test], whole.counts) / 2
        )
        if worse < WIDESPREAD * whole.counts.requests:
            return False
        for subject in side:
            rest = only(whole.pairs, lambda pair, subject=subject: not subject.has(pair))
            if whole.test.chance_of(rest) > SUSPICIOUS:
                return False
    return True


def _worse(like: Test, tests: Sequence[Test], counts: Counts) -> float:
    """By how much, against what is usual for whom the tests are."""
    for test in tests:
        if (test.kind, test.against, test.quantile) == (like.kind, like.against, like.quantile):
            bad, of = test.amount(counts)
            return bad / of / test.usual - 1 if of and test.usual else 0.0
    return 0.0


def _finding(hit: _Hit, told: Readings, limits: LimitsBySubject, made: int) -> Finding:
    span = _span_of(hit, told)
    pairs = _pairs_in(span, told)
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


class _Span(NamedTuple):
    since: datetime
    longer: bool
    until: datetime | None


def _span_of(hit: _Hit, told: Readings) -> _Span:
    minutes = {
        minute: only(by_pair, hit.subject.has) for minute, by_pair in sorted(told.minutes.items())
    }
    own = {minute: counts for minute, counts in minutes.items() if counts.requests}
    return _span(hit.test, own, told.since)


def _pairs_in(span: _Span, told: Readings) -> ByPair:
    return summed(
        by_pair
        for minute, by_pair in told.minutes.items()
        if minute >= span.since and (span.until is None or minute < span.until)
    )


def _span(test: Test, minutes: Mapping[datetime, Counts], read_from: datetime) -> _Span:
    """Where it began: that makes what came since likeliest, against all being usual before. Over
    is what the newest minutes make so many times likelier than that it goes on."""
    steps = [(minute, *test.amount(counts)) for minute, counts in minutes.items()]
    bad = of = best = 0.0
    since, sums = steps[-1][0], (0.0, 0.0)
    for minute, more_bad, more in reversed(steps):
        bad, of = bad + more_bad, of + more
        gain = _gain(test, bad, of)
        if gain > best:
            best, since, sums = gain, minute, (bad, of)
    # What begins with the first request may be older only where more were to be expected before.
    first, gaps = steps[0][0], max(1, len(steps) - 1)
    longer = since == first and first - read_from <= 2 * (steps[-1][0] - first) / gaps
    until = _ended(test, [step for step in steps if step[0] >= since], sums)
    return _Span(since, longer, until)


def _gain(test: Test, bad: float, of: float) -> float:
    """How much likelier its own rate makes it than the usual one, as a logarithm."""
    usual = max(test.usual * of, 1e-9)
    if bad <= usual:
        return 0.0
    return (bad * log(bad / usual) - bad + usual) / test.unit


def _ended(
    test: Test, steps: Sequence[tuple[datetime, float, float]], sums: tuple[float, float]
) -> datetime | None:
    bad, of = sums
    until: datetime | None = None
    most = log(OVER)
    new_bad = new_of = 0.0
    for minute, more_bad, more in reversed(steps):
        new_bad, new_of = new_bad + more_bad, new_of + more
        before = (bad - new_bad) / (of - new_of) if of > new_of else 0.0
        usual = max(test.usual, 1e-9)
        if before <= usual:
            continue
        over = ((before - usual) * new_of - new_bad * log(before / usual)) / test.unit
        if over > most:
            most, until = over, minute
    return until


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
    by_kind: dict[str, dict[Of, _Hit]] = {}
    for subject in whose:
        counts = only(window, subject.has)
        tests[subject] = list(limit_tests(limits_of(limits, subject), counts))
        for hit in _hits(subject, tests[subject], [window], level):
            by_kind.setdefault(hit.test.kind, {})[subject] = hit
    for hits in by_kind.values():
        for hit in _named(hits, tests, level):
            described = _described(hit.subject, hit.test, hit.counts, window, limits)
            yield described._replace(hours=_hours(hit.tested, made))


def _hours(chance: float, made: int) -> float:
    """How many hours of looking each minute such a finding by chance takes."""
    return 1 / (chance * made * LOOKS_AN_HOUR) if chance else inf
