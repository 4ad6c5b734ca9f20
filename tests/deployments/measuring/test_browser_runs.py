"""Runs that single requests drive: what is called, what is stored, and by which of two."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from deployments.measuring import browser_runs
from deployments.measuring.browser_runs import CLAIM, start_run, stop_run, take_sample
from deployments.measuring.rounds import Plan
from deployments.models import Deployment, LatencyRun
from tests import database
from tests.deployments.measuring import servers

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def url():
    with servers.serve() as url:
        yield url


@pytest.fixture
def called(monkeypatch):
    """The calls that `/counted` got."""
    calls = []

    def count(handler):
        calls.append(handler.path)
        handler.answer()

    monkeypatch.setitem(servers.ANSWERS, "/counted", count)
    return calls


def started(url, *names, path="/health", **plan):
    found = [Deployment.objects.create(name=name, base_url=url) for name in names or ["ec2"]]
    return start_run(found, path, Plan(**{"samples": 2, "new_connections": True} | plan))


def take(run, *, private_allowed=True):
    taken = take_sample(run, private_allowed=private_allowed)
    run.refresh_from_db()
    return taken


def test_each_is_called_as_often_as_planned_and_then_no_more(url):
    run = started(url, "a", "b", "c", samples=3)
    taken = [take(run) for _ in range(11)]
    assert Counter(sample.deployment.name for sample in taken[:9]) == {"a": 3, "b": 3, "c": 3}
    assert taken[9:] == [None, None]
    assert run.finished_at and not run.open


def test_the_order_is_random_in_rounds_and_the_same_for_whoever_asks(url):
    run = started(url, "a", "b", samples=12)
    order = [take(LatencyRun.objects.get(pk=run.pk)).deployment.name for _ in range(24)]
    rounds = {"".join(order[place : place + 2]) for place in range(0, 24, 2)}
    assert rounds == {"ab", "ba"}


def test_a_run_is_not_finished_before_its_last_sample(url):
    run = started(url)
    take(run)
    assert run.open and run.finished_at is None and run.busy_until is None


def test_nobody_calls_while_another_does(url, called):
    run = started(url, path="/counted")
    now = datetime.now(UTC)
    assert LatencyRun.objects.claim(run, now, until=now + CLAIM)
    assert take(run) is None
    assert called == []


def test_a_request_that_died_is_no_obstacle_for_ever(url):
    run = started(url)
    LatencyRun.objects.update(busy_until=datetime.now(UTC) - timedelta(seconds=1))
    assert take(run)


def meanwhile(monkeypatch, step):
    """Something happens between the call and its storing."""
    call = browser_runs._sample

    def late(run, *args, **options):
        sample = call(run, *args, **options)
        step(run)
        return sample

    monkeypatch.setattr(browser_runs, "_sample", late)


def test_a_sample_that_comes_after_the_stop_is_dropped(url, monkeypatch):
    run = started(url)
    meanwhile(monkeypatch, lambda run: stop_run(run, "Enough."))
    assert take(run) is None
    assert not run.samples.exists()
    assert (run.open, run.finished_at, run.interruption) == (False, None, "Enough.")


def test_a_sample_that_comes_after_another_took_over_is_dropped(url, monkeypatch):
    run = started(url)
    others = datetime.now(UTC) + 2 * CLAIM
    meanwhile(monkeypatch, lambda run: LatencyRun.objects.update(busy_until=others))
    assert take(run) is None
    assert run.busy_until == others and not run.samples.exists()


def test_a_stop_keeps_what_was_measured_and_takes_no_more(url):
    run = started(url)
    take(run)
    stop_run(run, "Enough.")
    assert take(run) is None
    assert run.samples.count() == 1


def test_a_finished_run_is_not_stopped(url):
    run = started(url, samples=1)
    take(run)
    stop_run(run, "Too late.")
    run.refresh_from_db()
    assert run.finished_at and run.interruption == ""


@pytest.mark.parametrize(
    ("plan", "calls", "new"),
    [
        ({"new_connections": True}, 2, True),
        ({"new_connections": False}, 4, False),
        ({"new_connections": True, "warm_up": True}, 3, True),
        ({"new_connections": False, "warm_up": True}, 4, False),
    ],
)
def test_uncounted_calls_open_a_kept_connection_or_warm_up_once(url, called, plan, calls, new):
    run = started(url, path="/counted", **plan)
    assert [take(run).new_connection for _ in range(2)] == [new, new]
    assert len(called) == calls


def test_a_target_that_fails_is_a_counted_failure(url):
    run = started(url, path="/fail")
    assert take(run).error_type == "http_503"
    assert take(started("http://127.0.0.1:1", "nobody")).error_type == "connection_refused"


def test_a_redirect_is_not_followed(url):
    assert take(started(url, path="/redirect")).error_type == "http_302"


def test_an_answer_that_tells_of_cold_starts_comes_from_lambda(url):
    assert take(started(url)).deployment.kind == "lambda"


@pytest.mark.parametrize(
    ("base_url", "private_allowed", "reason"),
    [
        ("http://169.254.169.254", True, "a link-local or metadata address: it is not called."),
        ("http://[fd00:ec2::254]", True, "a link-local or metadata address: it is not called."),
        ("http://127.0.0.1:9001", False, "a private address: it is not called."),
        ("http://localhost:9001", False, "a private address: it is not called."),
        ("http://10.0.0.7", False, "a private address: it is not called."),
        ("", True, "must begin with http"),
    ],
)
def test_a_refused_address_stops_the_run_and_says_why(base_url, private_allowed, reason):
    run = started(base_url)
    assert take(run, private_allowed=private_allowed) is None
    assert reason in run.interruption
    assert not run.open and not run.samples.exists()


def test_a_deployment_that_was_deleted_ends_the_run(url):
    run = started(url)
    Deployment.objects.all().delete()
    assert take(run) is None
    assert "deleted" in run.interruption


@pytest.mark.skipif(
    not database.POSTGRESQL, reason="SQLite has one writer at a time: TEST_DATABASE=postgresql"
)
@pytest.mark.django_db(transaction=True)
def test_tabs_at_once_take_each_sample_once(url, called):
    run = started(url, "a", "b", path="/counted", samples=10)

    def tab(_):
        while LatencyRun.objects.get(pk=run.pk).open:
            take_sample(run, private_allowed=True)
        connection.close()

    with ThreadPoolExecutor(4) as tabs:
        list(tabs.map(tab, range(4)))
    assert Counter(run.samples.values_list("deployment__name", flat=True)) == {"a": 10, "b": 10}
    assert len(called) == 20
