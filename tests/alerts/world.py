"""A made-up service of four businesses and three models, in which things go wrong."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import NamedTuple

from alerts.rules.told import same_hours
from tests.alerts.history import History
from tests.build import record
from tracking.store.periods import HOUR, floor_hour
from tracking.store.record import Record

# A Tuesday, late in the morning and at night; not at an hour's beginning.
MORNING = datetime(2026, 3, 24, 10, 20, tzinfo=UTC)
NIGHT = datetime(2026, 3, 24, 2, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Model(NamedTuple):
    name: str
    median_ms: float
    dollars: float
    tokens: int
    failing: float


MINI = Model("mini", 1_100, 0.0010, 900, 0.008)
LARGE = Model("large", 3_000, 0.0020, 1_000, 0.010)
FLASH = Model("flash", 700, 0.0005, 800, 0.012)
# Of all conversations, and which models they use.
BUSINESSES: dict[str, tuple[float, tuple[tuple[Model, float], ...]]] = {
    "dental": (0.40, ((MINI, 1.0),)),
    "vet": (0.30, ((MINI, 0.4), (LARGE, 0.6))),
    "salon": (0.20, ((FLASH, 1.0),)),
    "physio": (0.10, ((LARGE, 0.5), (FLASH, 0.5))),
}
TURNS = 2.8

# Makes something of a request, or lets it vanish.
Change = Callable[[Record, Random], Record | None]


def world(random: Random, since: datetime, until: datetime, a_minute: float) -> Iterator[Record]:
    """Conversations of several requests each, about so many requests a minute."""
    moment = since - 20 * MINUTE
    while moment < until:
        moment += timedelta(minutes=random.expovariate(a_minute / TURNS))
        [name] = random.choices(list(BUSINESSES), [share for share, _ in BUSINESSES.values()])
        models = BUSINESSES[name][1]
        [model] = random.choices([m for m, _ in models], [share for _, share in models])
        at = moment
        while since <= at < until:
            yield _request(random, name, model, at)
            if random.random() < 1 / TURNS:
                break
            at += timedelta(seconds=12 + random.expovariate(1 / 35))


def _request(random: Random, business: str, model: Model, at: datetime) -> Record:
    failed = random.random() < model.failing
    length = random.lognormvariate(0, 0.4)
    asked = not failed and random.random() < 0.12
    return record(
        business_id=business,
        request_model=model.name,
        received_at=at,
        error_type="server_error" if failed else "",
        duration_ms=300.0 if failed else model.median_ms * random.lognormvariate(0, 0.45),
        total_tokens=0 if failed else round(model.tokens * length),
        cost_usd=Decimal(0) if failed else Decimal(str(round(model.dollars * length, 6))),
        appointment_requested=asked,
        appointment_booked=asked and random.random() < 0.62,
        human_handoff_requested=not asked and random.random() < 0.05,
    )


@cache
def _calm(seed: int, start: datetime, a_minute: float) -> tuple[History, list[Record]]:
    """The hour before `start` and the same hours of the weeks before; what would come next."""
    random = Random(seed)
    hours = {*same_hours(floor_hour(start)), *same_hours(floor_hour(start) + HOUR)}
    told = History()
    for since in sorted(hours):
        for each in world(random, since, since + HOUR, a_minute):
            told.add(each)
    come = list(world(random, floor_hour(start) - HOUR, start + 15 * MINUTE, a_minute))
    for each in come:
        if each.received_at < start:
            told.add(each)
    return told, [each for each in come if each.received_at >= start]


def history(change: Change, start: datetime, a_minute: float, seed: int = 1) -> History:
    """All is well until `start`, from when on `change` is made to each request."""
    calm, coming = _calm(seed, start, a_minute)
    random, told = Random(seed), calm.from_here(start)
    for each in coming:
        if changed := change(_copy(each), random):
            told.add(changed)
    return told


def _copy(each: Record) -> Record:
    return record(**{name: getattr(each, name) for name in each.__struct_fields__})
