"""The overview's first line."""

from datetime import UTC, datetime, timedelta

from dashboard.figures.figures import Figures
from dashboard.overview.overview import verdict_of

START = datetime(2026, 3, 1, tzinfo=UTC)


def verdict(*failures, requests=100):
    """Of hours with so many failures each; None is an hour without requests."""
    hours = {
        START + n * timedelta(hours=1): Figures() if failed is None else Figures(requests, failed)
        for n, failed in enumerate(failures)
    }
    whole = Figures()
    for hour in hours.values():
        whole.merge(hour)
    return verdict_of(hours, whole, {("gpt-5-mini", "timeout"): whole, ("gpt-5", ""): Figures(1)})


def test_all_is_well_below_five_percent():
    assert verdict(4, 4, 4).level == "ok"


def test_it_says_since_when_and_where_failures_go_on():
    found = verdict(0, 0, 12, None, 14)
    assert (found.level, found.since) == ("bad", START + timedelta(hours=2))
    assert not found.longer
    assert (found.model, found.error) == ("gpt-5-mini", "timeout")
    assert found.failed.value == 0.13


def test_between_five_and_ten_percent_it_warns():
    assert [verdict(5).level, verdict(10).level, verdict(11).level] == ["warning", "warning", "bad"]


def test_failures_that_are_over_have_no_beginning():
    found = verdict(60, 0)
    assert (found.level, found.since) == ("bad", None)


def test_failures_from_the_first_bucket_on_may_be_older():
    found = verdict(12, 12)
    assert (found.since, found.longer) == (START, True)


def test_a_few_requests_are_no_trend():
    assert verdict(0, 0, 1, requests=9).since is None


def test_nothing_is_no_verdict():
    assert verdict(None, None).level == "empty"


def test_failures_go_on_from_exactly_five_percent():
    assert verdict(0, 5, 5).since == START + timedelta(hours=1)
    assert verdict(0, 4, 4).since is None


def test_an_empty_history_is_not_a_failing_one():
    assert not verdict(None, None, 12).longer
