"""What measurements say, in words that a person can use."""

from collections.abc import Sequence

from deployments.formats import count, percent
from deployments.statistics.estimates import Interval, difference
from deployments.statistics.shares import Share
from deployments.statistics.summaries import Summary

WORDS = {0.5: "at the median", 0.95: "at p95"}


def comparison(ours: Summary, theirs: Summary, quantile: float = 0.5) -> str:
    """Of warm calls: "Lambda warm is 18 to 31 ms slower than EC2 at the median"."""
    gap = difference(ours.warm.latencies_ms, theirs.warm.latencies_ms, quantile)
    where = WORDS[quantile]
    if gap.interval is None:
        return (
            f"{ours.name} against {theirs.name} {where}: too few samples,"
            f" {gap.samples} of {gap.needed} needed."
        )
    return f"{_compared(ours.name, theirs.name, gap.interval)} {where}."


def _compared(ours: str, theirs: str, gap: Interval) -> str:
    if gap.low > 0:
        return f"{ours} warm is {span_ms(gap.low, gap.high)} slower than {theirs}"
    if gap.high < 0:
        return f"{ours} warm is {span_ms(-gap.high, -gap.low)} quicker than {theirs}"
    most = span_ms(0.0, max(-gap.low, gap.high)).partition(" to ")[2]
    return f"{ours} warm and {theirs} show no difference (at most {most})"


def cold_starts(summary: Summary) -> str:
    """ "Cold starts add 0.9 to 1.3 s to 4 % of requests"; empty if answers told of none."""
    if not summary.cold.latencies_ms:
        return ""
    added = difference(summary.cold.latencies_ms, summary.warm.latencies_ms, 0.5)
    if added.interval is None:
        return (
            f"{summary.name}: {len(summary.cold.latencies_ms)} cold starts, too few to say what"
            f" they add; {added.needed} are needed, and as many warm calls."
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
    compared = [
        comparison(other, summaries[0], quantile) for other in summaries[1:] for quantile in WORDS
    ]
    cold = [cold_starts(summary) for summary in summaries]
    failed = [failures(summary) for summary in summaries]
    burst = [burst_failures(summary) for summary in summaries]
    return [sentence for sentence in (*compared, *cold, *failed, *burst) if sentence]


def span_ms(low: float, high: float) -> str:
    """ "18 to 31 ms", "0.9 to 1.3 s": the unit and the places that suit the higher end."""
    unit, scale = ("s", 1_000) if high >= 1_000 else ("ms", 1)
    places = 0 if high / scale >= 10 else 1 if high / scale >= 1 else 2
    return f"{low / scale:.{places}f} to {high / scale:.{places}f} {unit}"


def share(share_: Share) -> str:
    """ "3.8 %", and "1 of 8" where they are too few for a rate."""
    few = share_.whole and share_.too_few
    return f"{count(share_.part)} of {count(share_.whole)}" if few else percent(share_.value)


def percent_of(share: Share) -> str:
    return "an unknown share" if share.value is None else percent(share.value)
