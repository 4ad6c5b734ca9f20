"""What measurements say, in words that a person can use."""

from collections.abc import Callable, Sequence
from math import isinf
from typing import NamedTuple

from deployments.formats import NARROW, count, duration, percent, usd
from deployments.statistics.differences import Difference, corrected, percentile_difference
from deployments.statistics.estimates import samples_needed
from deployments.statistics.shares import Share
from deployments.statistics.summaries import Summary

WORDS = {0.5: "at the median", 0.95: "at p95"}


class Unit(NamedTuple):
    """How a difference is told: "is" "18 to 31 ms" "slower", one of at most "31 ms"."""

    verb: str
    span: Callable[[float, float], str]
    more: str
    less: str
    one: Callable[[float], str]


def apart(gap: Difference, unit: Unit) -> str:
    """ "18 to 31 ms slower"; empty where none is seen."""
    low, high = gap.interval.low, gap.interval.high
    if low > 0 or high < 0:
        span = unit.span(low, high) if low > 0 else unit.span(-high, -low)
        return f"{'' if gap.certain else 'perhaps '}{span} {unit.more if low > 0 else unit.less}"
    return ""


def otherwise(gap: Difference, unit: Unit) -> str:
    """What can be said where none is seen."""
    told = gap.at_most and not isinf(gap.at_most)
    return f"one of more than {unit.one(gap.at_most)} would have been" if told else ""


def by_chance(gap: Difference) -> str:
    """How often chance alone makes one so large: "1 in 83"."""
    return "less than 1 in 1,000" if gap.chance < 0.001 else f"1 in {count(int(1 / gap.chance))}"


def compared(ours: str, theirs: str, gap: Difference, unit: Unit, where: str) -> str:
    """ "Lambda is 18 to 31 ms slower than EC2 at the median (95 %)." """
    words, place = apart(gap, unit), where and f" {where}"
    if not words:
        bound = otherwise(gap, unit)
        return f"No difference seen between {ours} and {theirs}{place}{bound and '; '}{bound}."
    doubt = "" if gap.certain else f", or by chance: {by_chance(gap)}"
    return f"{ours} {unit.verb} {words} than {theirs}{place} (95{NARROW}%{doubt})."


def comparisons(summaries: Sequence[Summary]) -> list[str]:
    """Of warm calls, each deployment against the first."""
    pairs = [(other, summaries[0], quantile) for other in summaries[1:] for quantile in WORDS]
    gaps = corrected(
        [
            percentile_difference(ours.warm.latencies_ms, theirs.warm.latencies_ms, quantile)
            for ours, theirs, quantile in pairs
        ]
    )
    return [_comparison(*pair, gap) for pair, gap in zip(pairs, gaps, strict=True)]


def _comparison(ours: Summary, theirs: Summary, quantile: float, gap: Difference | None) -> str:
    if gap:
        return compared(f"{ours.name} warm", theirs.name, gap, LATENCY, WORDS[quantile])
    fewest = min(len(ours.warm.latencies_ms), len(theirs.warm.latencies_ms))
    return (
        f"{ours.name} against {theirs.name} {WORDS[quantile]}: too few samples,"
        f" {fewest} of {samples_needed(quantile)} needed."
    )


def cold_starts(summary: Summary) -> str:
    """ "Cold starts add 0.9 to 1.3 s to 4 % of requests"; empty if answers told of none."""
    if not summary.cold.latencies_ms:
        return ""
    added = percentile_difference(summary.cold.latencies_ms, summary.warm.latencies_ms, 0.5)
    if added is None:
        return (
            f"{summary.name}: {len(summary.cold.latencies_ms)} cold starts, too few to say what"
            f" they add; {samples_needed(0.5)} are needed, and as many warm calls."
        )
    span = span_ms(max(0.0, added.interval.low), added.interval.high)
    return f"{summary.name}: cold starts add {span}{_of_requests(summary.cold_share)}."


def _of_requests(share: Share) -> str:
    if not share.part:
        return " where they happen"
    return f" to {percent_of(share)} of requests as measured"


def failures(summary: Summary) -> str:
    """Empty if none failed."""
    if not summary.failures:
        return ""
    kinds = ", ".join(f"{count(calls)} {kind}" for kind, calls in sorted(summary.failures.items()))
    share = summary.failure_share
    return f"{summary.name}: {count(share.part)} of {count(share.whole)} calls failed ({kinds})."


def burst_failures(summary: Summary) -> str:
    """Empty if none failed; many at once may be more than a host accepts."""
    share = summary.burst_failures
    if not share.part:
        return ""
    burst = f"of {count(share.whole)} calls sent at once, {count(share.part)} failed"
    return f"{summary.name}: {burst}."


def verdict(summaries: Sequence[Summary]) -> list[str]:
    """All that can be said: each deployment against the first, cold starts, failures."""
    cold = [cold_starts(summary) for summary in summaries]
    failed = [failures(summary) for summary in summaries]
    burst = [burst_failures(summary) for summary in summaries]
    return [sentence for sentence in (*comparisons(summaries), *cold, *failed, *burst) if sentence]


def span_ms(low: float, high: float) -> str:
    """ "18 to 31 ms", "0.9 to 1.3 s": the unit and the places that suit the higher end."""
    unit, scale = ("s", 1_000) if high >= 1_000 else ("ms", 1)
    places = 0 if high / scale >= 10 else 1 if high / scale >= 1 else 2
    first, last = (f"{end / scale:.{places}f}" for end in (low, high))
    return f"{_span(first, last) if float(first) else f'up to {last}'} {unit}"


def _span(low: str, high: str) -> str:
    return high if low == high else f"{low} to {high}"


def span_points(low: float, high: float) -> str:
    """Of shares: "1.2 to 4.5 points"."""
    return f"{_span(count(100 * low), count(100 * high))} points"


def points(share_: float) -> str:
    return f"{count(100 * share_)} points"


def span_usd(low: float, high: float) -> str:
    return f"{_span(usd(low), usd(high))} a request"


def usd_a_request(value: float) -> str:
    return f"{usd(value)} a request"


def span_pairs(low: float, high: float) -> str:
    """Of how far a share of pairs lies above a half."""
    return f"in {_span(percent(0.5 + low), percent(0.5 + high))} of pairs"


def pairs(above: float) -> str:
    return f"{percent(0.5 + above)} of pairs"


LATENCY = Unit("is", span_ms, "slower", "quicker", duration)
PAIRS = Unit("is", span_pairs, "slower", "quicker", pairs)
FAILURES = Unit("fails", span_points, "more often", "less often", points)
COST = Unit("is", span_usd, "dearer", "cheaper", usd_a_request)


def share(share_: Share) -> str:
    """ "3.8 %", and "1 of 8" where they are too few for a rate."""
    few = share_.whole and share_.too_few
    return f"{count(share_.part)} of {count(share_.whole)}" if few else percent(share_.value)


def percent_of(share: Share) -> str:
    return "an unknown share" if share.value is None else percent(share.value)
