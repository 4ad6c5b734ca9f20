"""What is still well: one's own limits, or these defaults. Knows no Django."""

from collections.abc import Mapping
from typing import NamedTuple

from alerts.rules.told import ALL, Of


class Limits(NamedTuple):
    """The failure shares are the old dashboard's; the others leave slow and dear
    models in peace: whoever has quicker ones sets their own."""

    failing: float = 0.05
    failing_badly: float = 0.10
    p95_ms: float = 20_000.0
    cost_a_request_usd: float = 0.10
    # None is no limit.
    cost_a_day_usd: float | None = None
    # So many times the past is worse.
    times_past: float = 1.5


DEFAULTS = Limits()
LimitsBySubject = Mapping[Of, Limits]


def limits_of(limits: LimitsBySubject, subject: Of) -> Limits:
    """A business's and a model's own before those of all."""
    for whose in (subject, ALL):
        if whose in limits:
            return limits[whose]
    return DEFAULTS
