"""Counts, sums and percentiles of a group of requests, as plain values."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from math import isfinite
from typing import Any

from deployments.statistics.estimates import samples_needed
from tracking.store import bins

# The old dashboard's limits of the failure rate.
WARNING, BAD = 0.05, 0.10


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

    def percentile(self, percent: int) -> float | None:
        """Milliseconds; None without requests, infinity past the last bin."""
        return bins.percentile(self.bins, percent / 100)

    def too_few(self, percent: int) -> str:
        """What is missing for an interval of the percentile; empty where nothing is."""
        needed = samples_needed(percent / 100)
        return "" if self.requests >= needed else f"{self.requests} of {needed} needed"

    @property
    def failure_rate(self) -> float | None:
        return ratio(self.failures, self.requests)

    @property
    def mean_ms(self) -> float | None:
        return ratio(self.duration_ms, self.requests)

    @property
    def level(self) -> str:
        """Empty unless it fails too often."""
        level = level_of(self.failure_rate)
        return level if level in ("warning", "bad") else ""

    # Templates can't call with arguments.
    p50 = property(lambda self: self.percentile(50))
    p95 = property(lambda self: self.percentile(95))
    p99 = property(lambda self: self.percentile(99))
    too_few_p95 = property(lambda self: self.too_few(95))

    @property
    def booking_rate(self) -> float | None:
        """Booked appointments of requested ones."""
        return ratio(self.appointments_booked, self.appointments_requested)

    @property
    def handoff_rate(self) -> float | None:
        return ratio(self.human_handoffs, self.requests)

    @property
    def unpriced(self) -> int:
        return self.requests - self.priced

    @property
    def cost_or_none(self) -> Decimal | None:
        """None where no request named its cost: that isn't $0."""
        return self.cost_usd if self.priced else None

    @property
    def cost_per_request(self) -> Decimal | None:
        return self.cost_usd / self.priced if self.priced else None

    @property
    def cost_per_booking(self) -> Decimal | None:
        booked = self.appointments_booked
        return self.cost_usd / booked if booked and self.priced else None


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


def change(now: float | None, before: float | None) -> float | None:
    """As a share of `before`; None where there is nothing to compare with."""
    if now is None or not before:
        return None
    return float(now) / float(before) - 1


def finite(value: float | None) -> float | None:
    """JSON knows no infinity; past the last bin there is no figure to draw."""
    return round(value, 1) if value is not None and isfinite(value) else None


def known_usd(figures: Figures) -> float | None:
    """For JSON; null where no request named its cost."""
    return None if figures.cost_or_none is None else float(figures.cost_usd)


def as_json(figures: Figures) -> dict[str, Any]:
    """The exact figures of one group; null where there is none."""
    return {
        "requests": figures.requests,
        "failures": figures.failures,
        "p50_ms": finite(figures.percentile(50)),
        "p95_ms": finite(figures.percentile(95)),
        "p99_ms": finite(figures.percentile(99)),
        "input_tokens": figures.input_tokens,
        "output_tokens": figures.output_tokens,
        "total_tokens": figures.total_tokens,
        "cost_usd": known_usd(figures),
        "unpriced": figures.unpriced,
        "appointments_requested": figures.appointments_requested,
        "appointments_booked": figures.appointments_booked,
        "human_handoffs": figures.human_handoffs,
    }
