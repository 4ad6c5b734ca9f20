"""Who it is that goes wrong: a business, a model, or all. Knows no Django."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from alerts.rules.measures import LIMIT, Test
from alerts.rules.spans import pairs_in, span_of
from alerts.rules.told import ALL, ByPair, Counts, Of, Readings, only, subjects

# What most share isn't one's own.
WIDESPREAD = 0.8
# Of what is left without one of them.
SUSPICIOUS = 0.001
NAMED_AT_MOST = 3


class Hit(NamedTuple):
    """`tested` is the chance in a length of time that was chosen beforehand: `chance` may be of
    one that was chosen since."""

    subject: Of
    test: Test
    counts: Counts
    pairs: ByPair
    chance: float
    tested: float


def hits_of(
    subject: Of, tests: Sequence[Test], windows: Sequence[ByPair], level: float
) -> Iterator[Hit]:
    """The least likely of each kind, in no order; a limit goes before the past."""
    of_windows = [(pairs, only(pairs, subject.has)) for pairs in windows]
    best: dict[str, Hit] = {}
    for test in tests:
        for pairs, counts in of_windows:
            chance = test.chance_of(counts)
            known = best.get(test.kind)
            if chance <= level and (known is None or _stronger(test, chance, known)):
                best[test.kind] = Hit(subject, test, counts, pairs, chance, chance)
    yield from best.values()


def _stronger(test: Test, chance: float, known: Hit) -> bool:
    if (test.against == LIMIT) != (known.test.against == LIMIT):
        return test.against == LIMIT
    return chance < known.chance


def since_it_began(
    hits: Mapping[Of, Hit], tests: Mapping[Of, Sequence[Test]], told: Readings
) -> dict[Of, Hit]:
    """All seen from where the least likely began: what was well before would blur who it is."""
    first = min(hits.values(), key=lambda hit: hit.chance)
    pairs = pairs_in(span_of(first.subject, first.test, told), told)
    seen = {}
    for subject, hit in hits.items():
        alike = [test for test in tests[subject] if test.kind == hit.test.kind]
        now = next(hits_of(subject, alike, [pairs], hit.chance), hit)
        seen[subject] = now._replace(tested=hit.tested)
    return seen


def named(hits: Mapping[Of, Hit], tests: Mapping[Of, Sequence[Test]], level: float) -> list[Hit]:
    """Those without which the others are well; all together where nearly all are worse."""
    whole = hits.get(ALL)
    if whole and _is_widespread(whole, tests):
        return [whole]
    picked: list[Hit] = []
    for hit in sorted(hits.values(), key=_likely_it):
        rest = _without(hit.pairs, hit.subject, [other.subject for other in picked])
        if hit.test.chance_of(rest) <= level:
            if hit is whole and picked:
                continue
            picked.append(hit)
    return picked[:NAMED_AT_MOST]


def _likely_it(hit: Hit) -> tuple[bool, bool, float]:
    """First whose every part is worse: a business of which one model fails isn't what fails."""
    own = {pair: counts for pair, counts in hit.pairs.items() if hit.subject.has(pair)}
    worse = sum(
        counts.requests
        for counts in own.values()
        if _worse(hit.test, [hit.test], counts) >= _worse(hit.test, [hit.test], hit.counts) / 2
    )
    return hit.subject == ALL, worse < WIDESPREAD * hit.counts.requests, hit.chance


def _is_widespread(whole: Hit, tests: Mapping[Of, Sequence[Test]]) -> bool:
    """Whether most requests are of businesses, and of models, that are worse by half as much as all
    are at least, and the others are worse without any of them. Of those without a request nothing
    is known."""
    parts = [subject for subject in subjects(whole.pairs) if subject != ALL]
    for column in Of._fields:
        side = {
            subject: only(whole.pairs, subject.has) for subject in parts if getattr(subject, column)
        }
        if len(side) < 2:
            if sum(bool(getattr(subject, column)) for subject in tests) > 1:
                return False
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
            rest = _without(whole.pairs, ALL, [subject])
            if whole.test.chance_of(rest) > SUSPICIOUS:
                return False
    return True


def _worse(like: Test, tests: Sequence[Test], counts: Counts) -> float:
    """By how much, against what is usual for whom the tests are."""
    for test in (*tests, like):
        if (test.kind, test.against, test.quantile) == (like.kind, like.against, like.quantile):
            bad, of = test.amount(counts)
            return bad / of / test.usual - 1 if of and test.usual else 0.0
    return 0.0


def _without(pairs: ByPair, of: Of, others: Collection[Of]) -> Counts:
    return only(pairs, lambda pair: of.has(pair) and not any(one.has(pair) for one in others))
