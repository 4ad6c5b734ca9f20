"""What rollups add up, and how the requests behind them give the same sums."""

from django.db.models import Aggregate, Count, Q, Sum


def _sum(column: str) -> Aggregate:
    return Sum(column, default=0)


def _count(condition: Q) -> Aggregate:
    return Count("id", filter=condition)


# By the rollup's column; of requests.
SUMS: dict[str, Aggregate] = {
    "requests": Count("id"),
    "failures": _count(~Q(error_type="")),
    "folded": _count(Q(folded=True)),
    "duration_ms": _sum("duration_ms"),
    "success_rate": _sum("success_rate"),
    "input_tokens": _sum("input_tokens"),
    "output_tokens": _sum("output_tokens"),
    "total_tokens": _sum("total_tokens"),
    "cost_usd": _sum("cost_usd"),
    "priced": Count("cost_usd"),
    "appointments_requested": _count(Q(appointment_requested=True)),
    "appointments_booked": _count(Q(appointment_booked=True)),
    "human_handoffs": _count(Q(human_handoff_requested=True)),
}
