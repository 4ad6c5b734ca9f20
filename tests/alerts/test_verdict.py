"""What is an alarm and what isn't."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from alerts.rules.limits import Limits
from alerts.rules.measures import COST, FAILURES, SLOW
from alerts.rules.told import ALL, Counts, Of, Readings
from alerts.rules.verdict import SILENCE, verdict_of
from tests.alerts.world import MINUTE, MORNING, history
from tracking.store.bins import duration_bin

NOW = datetime(2026, 3, 24, 10, 20, tzinfo=UTC)
CLINIC, VET = Of("clinic", "mini"), Of("vet", "mini")


def counts(requests, failures=0, duration_ms=1_000.0, cost_usd=0.001, **fields):
    worked = requests - failures
    return Counts(
        requests,
        failures,
        cost_usd=worked * cost_usd,
        cost_squares=worked * cost_usd**2,
        bins=Counter({duration_bin(duration_ms): worked}),
        errors=Counter({"timeout": failures}),
        **fields,
    )


def told(by_pair, past=None):
    """All of it came a minute ago."""
    return Readings(NOW, NOW - timedelta(hours=1), {NOW - MINUTE: by_pair}, past or {}, {})


def found(by_pair, limits=None, past=None):
    return verdict_of(told(by_pair, past), limits or {}).findings


def test_twelve_of_twelve_of_one_business_are_found_beside_300_that_worked():
    [finding] = found({CLINIC: counts(300), VET: counts(12, 12)})
    assert (finding.kind, finding.subject, finding.level) == (FAILURES, Of("vet"), "bad")
    assert (finding.amount, finding.whole, finding.error) == (12, 12, "timeout")


def test_one_of_one_is_no_alarm():
    for requests in (1, 2, 3):
        assert found({VET: counts(requests, requests)}) == []
    assert found({CLINIC: counts(300), VET: counts(1, 1)}) == []


def test_eighteen_hundred_of_28_seconds_are_slow():
    [finding] = found({CLINIC: counts(1_800, duration_ms=28_000.0)})
    assert (finding.kind, finding.level, finding.value_well) == (SLOW, "bad", 20_000.0)


def test_a_limit_is_passed_only_where_chance_does_not_explain_it():
    assert found({CLINIC: counts(100, 8)}) == []
    assert found({CLINIC: counts(10_000, 800)})[0].level == "warning"
    assert found({CLINIC: counts(10_000, 1_100)})[0].level == "bad"


def test_a_limit_of_ones_own_goes_first():
    limits = {Of("vet"): Limits(failing=0.5), ALL: Limits(failing=0.001, failing_badly=0.9)}
    subjects = {each.subject for each in found({CLINIC: counts(9), VET: counts(999, 99)}, limits)}
    assert Of("vet") not in subjects and subjects


def test_a_dear_request_passes_the_limit_of_cost():
    limits = {ALL: Limits(cost_a_request_usd=0.01)}
    assert found({CLINIC: counts(200, cost_usd=0.009)}, limits) == []
    [finding] = found({CLINIC: counts(200, cost_usd=0.02)}, limits)
    assert (finding.kind, finding.value_well) == (COST, 0.01)


def test_what_always_was_so_is_no_alarm():
    """Against the past; limits are looser here."""
    limits = {ALL: Limits(failing=0.5)}
    past = {NOW - timedelta(days=7, minutes=20): {CLINIC: counts(1_000, 100)}}
    assert found({CLINIC: counts(1_000, 100)}, limits, past) == []
    [finding] = found({CLINIC: counts(1_000, 300)}, limits, past)
    assert (finding.against, finding.value_well) == ("past", 0.1)


def test_a_whole_window_is_looked_at_without_a_beginning():
    [finding] = verdict_of(None, {}, {CLINIC: counts(300), VET: counts(40, 40)}).findings
    assert (finding.subject, finding.since) == (Of("vet"), None)


def test_what_goes_on_is_not_told_twice():
    window = {CLINIC: counts(300), VET: counts(40, 40)}
    assert len(verdict_of(told(window), {}, window).findings) == 1


def test_nothing_is_no_verdict():
    assert verdict_of(None, {}, {}).level == "empty"
    assert verdict_of(told({}), {}, {}).level == "empty"


def test_a_new_installation_has_no_silence():
    assert found({CLINIC: counts(1)}) == []


def test_eighty_minutes_without_a_request_on_a_busy_morning_are_silence():
    """At a hundred requests an hour."""
    calm = history(lambda each, random: None, MORNING, 1.8)
    quiet = [verdict_of(calm.at(MORNING + n * MINUTE), {}).findings for n in (0, 10, 60)]
    assert quiet[:2] == [[], []]
    [finding] = quiet[2]
    assert (finding.kind, finding.subject) == (SILENCE, ALL)
    assert finding.since and MORNING - 5 * MINUTE < finding.since <= MORNING
