"""What measurements say in words: never more than they show."""

import random
from dataclasses import dataclass

from deployments.statistics.sentences import (
    cold_starts,
    comparisons,
    failures,
    percent_of,
    span_ms,
    verdict,
)
from deployments.statistics.shares import Share
from deployments.statistics.summaries import summarise


@dataclass
class Call:
    duration_ms: float
    cold_start: bool | None = None
    burst: bool = False
    new_connection: bool = False
    error_type: str = ""
    server_ms: float | None = None


def calls(count, middle_ms, **fields):
    spread = random.Random(count)
    return [Call(middle_ms * spread.lognormvariate(0, 0.05), **fields) for _ in range(count)]


EC2 = summarise("EC2", calls(200, 60))
LAMBDA = summarise(
    "Lambda",
    calls(192, 85, cold_start=False) + calls(8, 1_150, cold_start=True),
)


def comparison(ours, theirs, place=0):
    return comparisons([theirs, ours])[place]


def test_slower():
    assert comparison(LAMBDA, EC2) == (
        "Lambda warm is 25 to 26 ms slower than EC2 at the median (95\u202f%)."
    )


def test_quicker():
    assert comparison(EC2, LAMBDA, 1).startswith("EC2 warm is 2")
    assert " ms quicker than Lambda at p95 (" in comparison(EC2, LAMBDA, 1)


def test_no_difference_says_how_large_it_could_be():
    twin = summarise("Twin", calls(201, 60))
    said = comparison(twin, EC2)
    assert said.startswith("No difference seen between Twin warm and EC2 at the median; one of")
    assert said.endswith("\u202fms would have been.")


def test_one_that_several_comparisons_may_show_by_chance_is_told_as_such():
    twins = [summarise(f"Twin {n}", calls(n, 60)) for n in range(60, 100)]
    doubtful = [said for said in comparisons(twins) if "perhaps" in said]
    assert doubtful and all(" by chance: 1 in " in said for said in doubtful)


def test_too_few_samples():
    few = summarise("New", calls(31, 60))
    assert comparison(few, EC2, 1) == ("New against EC2 at p95: too few samples, 31 of 72 needed.")


def test_what_cold_starts_add():
    assert cold_starts(LAMBDA) == (
        "Lambda: cold starts add 1.0 to 1.1 s to 4\u202f% of requests as measured."
    )


def test_few_cold_starts_say_nothing_yet():
    two = summarise("Lambda", calls(50, 85) + calls(2, 900, cold_start=True))
    assert "2 cold starts, too few" in cold_starts(two)
    assert cold_starts(EC2) == ""


def test_forced_cold_starts_tell_no_share():
    forced = calls(8, 900, cold_start=True, burst=True)
    one = summarise("Lambda", calls(50, 85, cold_start=False) + forced)
    assert one.cold_share == Share(0, 50)
    assert cold_starts(one).endswith(" ms where they happen.")


def test_warm_answers_of_a_burst_are_in_no_group():
    burst = calls(8, 900, cold_start=False, burst=True)
    assert len(summarise("Lambda", calls(50, 85) + burst).warm.latencies_ms) == 50


def test_failures_are_said_last():
    broken = summarise("Lambda", calls(10, 85) + calls(2, 5, error_type="timeout"))
    assert failures(broken) == "Lambda: 2 of 12 calls failed (2 timeout)."
    assert verdict([EC2, broken])[-1] == failures(broken)


def test_calls_refused_in_a_burst_are_told_apart():
    refused = calls(4, 5, error_type="http_503", burst=True)
    busy = summarise("Lambda", calls(10, 85) + refused)
    assert failures(busy) == ""
    assert verdict([busy]) == ["Lambda: of 4 calls sent at once, 4 failed."]


def test_one_deployment_alone_has_a_verdict_too():
    assert verdict([EC2]) == []


def test_figures_as_people_read_them():
    assert span_ms(18.2, 30.6) == "18 to 31 ms"
    assert span_ms(912, 1_310) == "0.9 to 1.3 s"
    assert span_ms(4, 1_310) == "up to 1.3 s"
    assert span_ms(800, 800.4) == "800 ms"
    assert percent_of(Share(1, 240)) == "0.417\u202f%"
    assert percent_of(Share(0, 0)) == "an unknown share"
