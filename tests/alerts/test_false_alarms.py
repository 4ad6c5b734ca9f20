"""A month in which all is well, but for what its demo says went wrong."""

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

import pytest

from alerts.rules.verdict import verdict_of
from tests.alerts.history import History
from tests.alerts.world import world
from tracking.loading.demo_profiles import HOURS
from tracking.loading.demo_records import Demo
from tracking.store.periods import HOUR

UNTIL = datetime(2026, 3, 24, 12, 34, tzinfo=UTC)
DAYS = 30
MINUTE = timedelta(minutes=1)
# Where few requests come, it takes them as long to tell that it is over.
AFTER = 2 * HOUR


@cache
def month(seed):
    demo = Demo(days=DAYS, requests_per_day=1_000, seed=seed, until=UNTIL)
    return demo, History(demo.records())


def went_wrong(demo):
    return [(since, until) for _, since, until in demo.incidents]


def alarms(told, since, until, step):
    """When there was one, of which kind, at each step."""
    moments = (since + n * step for n in range(int((until - since) / step)))
    return {
        moment: [(each.kind, each.subject) for each in findings]
        for moment in moments
        if (findings := verdict_of(told.at(moment), {}).findings)
    }


def false_ones(found, spans):
    return {
        moment: kinds
        for moment, kinds in found.items()
        if not any(since <= moment <= until + AFTER for since, until in spans)
    }


def test_a_month_of_the_demo_alarms_of_its_incidents_alone():
    demo, told = month(1)
    found = alarms(told, UNTIL - DAYS * timedelta(days=1), UNTIL, HOUR)
    assert false_ones(found, went_wrong(demo)) == {}


def test_the_demos_outages_are_found():
    """Not its slow afternoon: that model's few requests an hour could be chance."""
    demo, told = month(1)
    outages = [(since, until) for incident, since, until in demo.incidents if incident.failing]
    assert len(outages) == 2
    for since, until in outages:
        assert alarms(told, since + 10 * MINUTE, until + 10 * MINUTE, 5 * MINUTE)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 6])
def test_months_of_other_seeds_looked_at_every_quarter_of_an_hour(seed):
    """One hour in a thousand may have a false alarm: of these 1,440 none has."""
    demo, told = month(seed)
    found = alarms(told, UNTIL - DAYS * timedelta(days=1), UNTIL, 15 * MINUTE)
    assert false_ones(found, went_wrong(demo)) == {}


@pytest.mark.slow
def test_calm_weeks_of_a_busier_service():
    """Seven a minute at noon, five weeks, the last of which is looked at every five minutes."""
    random, told = Random(0), History()
    start = UNTIL - timedelta(days=35)
    for hour in range(35 * 24):
        since = start + hour * HOUR
        for each in world(random, since, since + HOUR, HOURS[since.hour] / 9):
            told.add(each)
    assert alarms(told, UNTIL - timedelta(days=7), UNTIL, 5 * MINUTE) == {}
