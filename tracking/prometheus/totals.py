"""What a scrape reads: every all-time total, in one query whose size follows the label sets.

Never the requests themselves: a total taken from them would fall when they are deleted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tracking.store.database import Database
from tracking.store.periods import HOUR, Period, floor_hour

_COUNTS = (
    "requests",
    "failures",
    "folded",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "appointments_requested",
    "appointments_booked",
    "human_handoffs",
)

_QUERY = f"""
    SELECT 'labels', s.business_id, s.request_model, s.response_type, s.intent, s.error_type,
        0, t.duration_ms, t.cost_usd, {", ".join(f"t.{name}" for name in _COUNTS)}, 0
    FROM tracking_rollup AS t JOIN tracking_labelset AS s ON s.id = t.label_set_id
    WHERE t.period = {Period.ALL:d}
    UNION ALL
    SELECT 'bin', '', s.request_model, '', '', '', t.duration_bin,
        0, 0, t.requests, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM tracking_rollup AS t JOIN tracking_labelset AS s ON s.id = t.label_set_id
    WHERE t.period = {Period.ALL_BY_DURATION:d}
    UNION ALL
    SELECT 'recent', s.business_id, '', '', '', '', 0,
        0, 0, CAST(sum(t.requests) AS bigint), 0, 0, 0, 0, 0, 0, 0, 0, sum(t.success_rate)
    FROM tracking_rollup AS t JOIN tracking_labelset AS s ON s.id = t.label_set_id
    WHERE t.period = {Period.HOUR:d} AND t.starts_at IN (%s, %s)
    GROUP BY s.business_id
"""


class LabelTotals(NamedTuple):
    """All-time totals of one label set; `cost_usd` is Decimal, `duration_ms` a float."""

    business_id: str
    request_model: str
    response_type: str
    intent: str
    error_type: str
    duration_bin: int
    duration_ms: float
    cost_usd: Any
    requests: int
    failures: int
    folded: int
    input_tokens: int
    output_tokens: int
    total_tokens: int
    appointments_requested: int
    appointments_booked: int
    human_handoffs: int
    success_rate: float

    @property
    def reason(self) -> str:
        """Why a request was handed off to a human."""
        return "error" if self.response_type == "error" else "complex_query"


@dataclass
class Totals:
    """`bins`: requests by model and duration bin. `success_rates`: by business, of this hour
    and the one before."""

    labels: list[LabelTotals] = field(default_factory=list)
    bins: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    success_rates: dict[str, float] = field(default_factory=dict)


def read_totals(database: Database, now: datetime) -> Totals:
    return _sorted_out(database.rows(_QUERY, [floor_hour(now) - HOUR, floor_hour(now)]))


def _sorted_out(rows: Iterable[tuple[Any, ...]]) -> Totals:
    totals = Totals()
    for kind, *values in rows:
        row = LabelTotals(*values)
        if kind == "labels":
            totals.labels.append(row)
        elif kind == "bin":
            totals.bins[row.request_model][row.duration_bin] += row.requests
        else:
            totals.success_rates[row.business_id] = row.success_rate / row.requests
    return totals
