"""What a scrape reads: every all-time total, in one query whose size follows the label sets.

Never the requests themselves: a total taken from them would fall when they are deleted.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tracking.store.database import Database
from tracking.store.labels import OTHER
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
    "ignored_fields",
)

# A histogram has 20 series for each model: those of the oldest models bear their names.
MODELS_SHOWN = 200

# Of label sets: all time by duration and altogether, and the last two hours.
_QUERY = f"""
    SELECT t.period, t.bin, (SELECT count(*) FROM tracking_unfolded),
        t.success_rate, coalesce(s.model_set_id, s.id),
        s.business_id, s.request_model, s.response_type, s.intent, s.error_type,
        CASE s.response_type WHEN 'error' THEN 'error' ELSE 'complex_query' END,
        t.duration_ms, t.cost_usd, {", ".join(f"t.{name}" for name in _COUNTS)}
    FROM (
        SELECT period, label_set_id, CASE period WHEN 0 THEN duration_bin ELSE 0 END AS bin,
            sum(success_rate) AS success_rate, sum(duration_ms) AS duration_ms,
            sum(cost_usd) AS cost_usd,
            {", ".join(f"CAST(sum({name}) AS bigint) AS {name}" for name in _COUNTS)}
        FROM tracking_total
        WHERE period IN ({Period.ALL_BY_DURATION:d}, {Period.ALL:d})
            OR (period = {Period.HOUR:d} AND starts_at IN (%s, %s))
        GROUP BY 1, 2, 3
    ) AS t JOIN tracking_labelset AS s ON s.id = t.label_set_id
"""


class LabelTotals(NamedTuple):
    """All-time totals of one label set; `cost_usd` is Decimal, `duration_ms` a float. Models
    past the MODELS_SHOWN first ones are `other`.

    `reason`: why a request was handed off to a human.
    """

    business_id: str
    request_model: str
    response_type: str
    intent: str
    error_type: str
    reason: str
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
    ignored_fields: int


@dataclass
class Totals:
    """`bins`: requests by model and duration bin. `success_rates`: by business, of this hour
    and the one before. `pending`: records that no fold has added up yet."""

    labels: list[LabelTotals] = field(default_factory=list)
    bins: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    success_rates: dict[str, float] = field(default_factory=dict)
    pending: int = 0


def read_totals(database: Database, now: datetime) -> Totals:
    return _sorted_out(database.rows(_QUERY, [floor_hour(now) - HOUR, floor_hour(now)]))


def _sorted_out(rows: list[tuple[Any, ...]]) -> Totals:
    totals = Totals()
    recent: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    shown = _shown(rows)
    for period, bin_, totals.pending, success_rate, model_set_id, *values in rows:
        row = LabelTotals(*values)
        if model_set_id not in shown:
            row = row._replace(request_model=OTHER)
        if period == Period.ALL:
            totals.labels.append(row)
        elif period == Period.ALL_BY_DURATION:
            totals.bins[row.request_model][bin_] += row.requests
        else:
            recent[row.business_id][0] += success_rate
            recent[row.business_id][1] += row.requests
    totals.success_rates = {name: rates / requests for name, (rates, requests) in recent.items()}
    return totals


def _shown(rows: list[tuple[Any, ...]]) -> set[int]:
    """The oldest set of each model that is shown. Which ones doesn't change, or counters would
    fall."""
    return set(sorted({row[4] for row in rows})[:MODELS_SHOWN])
