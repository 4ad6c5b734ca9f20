"""What the rules are told: counts of requests, of whom, lately and in the past. Knows no Django."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from tracking.store.periods import HOUR

Key = TypeVar("Key")
WEEK = timedelta(days=7)
# So many weeks back a past is looked at.
WEEKS = 4


@dataclass(slots=True)
class Counts:
    """Sums over requests. `bins` has those that worked, by duration; `unpriced` worked, too.

    `cost_squares` and `token_squares` are sums over squares: how uneven single requests are.
    """

    requests: int = 0
    failures: int = 0
    unpriced: int = 0
    cost_usd: float = 0.0
    cost_squares: float = 0.0
    tokens: float = 0.0
    token_squares: float = 0.0
    asked: int = 0
    booked: int = 0
    handed_off: int = 0
    # A Counter takes several times as long to make.
    bins: dict[int, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    def merge(self, other: "Counts") -> None:
        self.requests += other.requests
        self.failures += other.failures
        self.unpriced += other.unpriced
        self.cost_usd += other.cost_usd
        self.cost_squares += other.cost_squares
        self.tokens += other.tokens
        self.token_squares += other.token_squares
        self.asked += other.asked
        self.booked += other.booked
        self.handed_off += other.handed_off
        add_up(self.bins, other.bins)
        add_up(self.errors, other.errors)

    @property
    def worked(self) -> int:
        return self.requests - self.failures

    @property
    def priced(self) -> int:
        """Of those that worked."""
        return self.worked - self.unpriced


def add_up(sums: dict[Key, int], more: Mapping[Key, int]) -> None:
    for key, requests in more.items():
        sums[key] = sums.get(key, 0) + requests


class Of(NamedTuple):
    """Whose requests: a business's, a model's, those of one with the other, or all."""

    business_id: str = ""
    request_model: str = ""

    def has(self, pair: "Of") -> bool:
        return self.business_id in ("", pair.business_id) and self.request_model in (
            "",
            pair.request_model,
        )


ALL = Of()
# Pairs of a business and a model.
ByPair = Mapping[Of, Counts]


class Readings(NamedTuple):
    """`minutes` has every minute with a request from `since` to `now`; `past` this hour of the
    week and the one before it, in the weeks before, without bins, which are in `past_bins`.

    `known` tells of each model that is unpriced now how many requests it had until `since`, and
    how many of them unpriced; `known_requests` how many all had. `spent_today` is empty where
    nobody limits it.
    """

    now: datetime
    since: datetime
    minutes: Mapping[datetime, ByPair]
    past: Mapping[datetime, ByPair]
    past_bins: Mapping[Of, Mapping[int, int]]
    known: Mapping[str, tuple[int, int]] = {}
    known_requests: int = 0
    spent_today: Mapping[Of, float] = {}
    pending: int = 0


def summed(every: Iterable[ByPair]) -> dict[Of, Counts]:
    sums: dict[Of, Counts] = {}
    for by_pair in every:
        for pair, counts in by_pair.items():
            if pair not in sums:
                sums[pair] = Counts()
            sums[pair].merge(counts)
    return sums


def only(by_pair: ByPair, wanted: Callable[[Of], bool]) -> Counts:
    sum_ = Counts()
    for pair, counts in by_pair.items():
        if wanted(pair):
            sum_.merge(counts)
    return sum_


def subjects(*every: ByPair) -> list[Of]:
    """All, each business and each model; nobody twice where there is only one."""
    pairs = {pair for by_pair in every for pair in by_pair}
    businesses = sorted({pair.business_id for pair in pairs})
    models = sorted({pair.request_model for pair in pairs})
    return [
        ALL,
        *(Of(business_id=name) for name in businesses),
        *(Of(request_model=name) for name in models),
    ]


def same_hours(floor: datetime) -> list[datetime]:
    """This hour and the one before it, in each of the weeks before, from the newest on."""
    return [floor - week * WEEK - back * HOUR for week in range(1, WEEKS + 1) for back in (0, 1)]
