"""Counts, sums and percentiles of a group of requests, as plain values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from math import isfinite
from typing import Any

from deployments.statistics.estimates import samples_needed
from deployments.statistics.shares import Share
from tracking.store import bins

# The old dashboard's limits of the failure rate.
WARNING, BAD = 0.05, 0.10
# What is compared with must be at least this share of what is compared.
BASE_AT_LEAST = 0.1
PERCENTS = (50, 95, 99)


@dataclass(slots=True)
class Figures:
    """Sums over requests; `bins` counts them by duration bin."""

    requests: int = 0
    failures: int = 0
    duration_ms: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    priced: int = 0
    appointments_requested: int = 0
    appointments_booked: int = 0
    human_handoffs: int = 0
    bins: Counter[int] = field(default_factory=Counter)

    def add(self, names: Sequence[str], sums: Sequence[Any]) -> None:
        for name, value in zip(names, sums, strict=True):
            setattr(self, name, getattr(self, name) + value)

    def merge(self, other: "Figures") -> None:
        self.add(MEASURES, [getattr(other, name) for name in MEASURES])
        self.bins.update(other.bins)

    def take_out(self, part: "Figures") -> None:
        """What was merged before."""
        for name in MEASURES:
            setattr(self, name, getattr(self, name) - getattr(part, name))
        self.bins.subtract(part.bins)

    def percentile(self, percent: int) -> float | None:
        """Milliseconds; None without requests, infinity past the last bin."""
        return bins.percentile(self.bins, percent / 100)

    def too_few(self, percent: int) -> str:
        """What is missing for an interval of the percentile; empty where nothing is."""
        needed = samples_needed(percent / 100)
        return "" if self.requests >= needed else f"{self.requests} of {needed} needed"

    def known(self, percent: int) -> float | None:
        """The percentile where there are enough samples for its interval."""
        return None if self.too_few(percent) else self.percentile(percent)

    @property
    def slowest(self) -> float | None:
        """What no request exceeds: the upper bound of the last bin in use."""
        return self.percentile(100)

    @property
    def failed(self) -> Share:
        return Share(self.failures, self.requests)

    @property
    def failure_rate(self) -> float | None:
        return self.failed.value

    @property
    def mean_ms(self) -> float | None:
        return ratio(self.duration_ms, self.requests)

    @property
    def level(self) -> str:
        """Empty unless it fails too often."""
        level = level_of(self.failure_rate)
        return level if level in ("warning", "bad") else ""

    # Templates can't call with arguments.
    p50 = property(lambda self: self.known(50))
    p95 = property(lambda self: self.known(95))
    p99 = property(lambda self: self.known(99))
    too_few_p50 = property(lambda self: self.too_few(50))
    too_few_p95 = property(lambda self: self.too_few(95))

    @property
    def booked(self) -> Share:
        """Booked appointments of requested ones."""
        return Share(self.appointments_booked, self.appointments_requested)

    @property
    def handed_off(self) -> Share:
        return Share(self.human_handoffs, self.requests)

    @property
    def unpriced(self) -> int:
        return self.requests - self.priced

    @property
    def partly_priced(self) -> bool:
        return 0 < self.priced < self.requests

    @property
    def priced_cost(self) -> tuple[Decimal, int, int]:
        """The known cost, how many requests named theirs, and of how many."""
        return self.cost_usd, self.priced, self.requests

    @property
    def cost_or_none(self) -> Decimal | None:
        """None where no request named its cost: that isn't $0."""
        return self.cost_usd if self.priced else None

    @property
    def cost_per_request(self) -> Decimal | None:
        return self.cost_usd / self.priced if self.priced else None

    @property
    def cost_per_booking(self) -> Decimal | None:
        """None where a request is unpriced: what it cost belongs to the bookings, too."""
        known = self.appointments_booked and self.priced and not self.unpriced
        return self.cost_usd / self.appointments_booked if known else None


def merged(groups: Iterable[Figures]) -> Figures:
    whole = Figures()
    for figures in groups:
        whole.merge(figures)
    return whole


# The columns of a rollup that are shown.
MEASURES = tuple(field.name for field in fields(Figures) if field.name != "bins")


def level_of(failure_rate: float | None) -> str:
    """Bad above 10 %, a warning from 5 % on, else ok, or empty without requests."""
    if failure_rate is None:
        return "empty"
    if failure_rate > BAD:
        return "bad"
    return "warning" if failure_rate >= WARNING else "ok"


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def comparable(now: Figures, before: Figures) -> bool:
    """Whether a change of counts says more than chance: neither is few, nor hardly a tenth."""
    few = Share(0, min(now.requests, before.requests)).too_few
    return not few and BASE_AT_LEAST * now.requests <= before.requests


def change(now: float | None, before: float | None) -> float | None:
    """As a share of `before`; None where there is nothing to compare with."""
    if now is None or not before:
        return None
    return float(now) / float(before) - 1


def cost_change(now: Figures, before: Figures) -> float | None:
    """None also where a sum leaves requests out."""
    whole = comparable(now, before) and not now.unpriced and not before.unpriced
    return change(float(now.cost_usd), float(before.cost_usd)) if whole else None


def finite(value: float | None) -> float | None:
    """JSON knows no infinity; past the last bin there is no figure to draw."""
    return round(value, 1) if value is not None and isfinite(value) else None


def known_usd(figures: Figures) -> float | None:
    """For JSON; null where no request named its cost."""
    return _float(figures.cost_or_none)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def percentiles_json(figures: Figures) -> dict[str, Any]:
    """Those with enough samples, what each of the others lacks, and what no request exceeds."""
    too_few = {f"p{percent}_ms": figures.too_few(percent) for percent in PERCENTS}
    return {
        **{f"p{percent}_ms": finite(figures.known(percent)) for percent in PERCENTS},
        "slowest_ms": finite(figures.slowest),
        "too_few_samples": {name: few for name, few in too_few.items() if few},
    }


def as_json(figures: Figures) -> dict[str, Any]:
    """The exact figures of one group; null where there is none."""
    return {
        "requests": figures.requests,
        "failures": figures.failures,
        **percentiles_json(figures),
        "input_tokens": figures.input_tokens,
        "output_tokens": figures.output_tokens,
        "total_tokens": figures.total_tokens,
        "cost_usd": known_usd(figures),
        "priced": figures.priced,
        "unpriced": figures.unpriced,
        "cost_per_priced_request_usd": _float(figures.cost_per_request),
        "cost_per_booking_usd": _float(figures.cost_per_booking),
        "appointments_requested": figures.appointments_requested,
        "appointments_booked": figures.appointments_booked,
        "human_handoffs": figures.human_handoffs,
    }
