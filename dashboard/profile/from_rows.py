"""What totals don't keep, read from the requests of a window, as far as they are few and there:
conversations, time to first chunk, satisfaction."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.db.models import Avg, Count

from dashboard.figures.figures import finite
from dashboard.frame.window import Window
from dashboard.profile.lines import Line
from deployments.formats import DASH, count, duration
from deployments.statistics.estimates import Estimate, estimate
from tracking.models import AIRequest, Pruning

# In the window, of whatever labels: the index is of time alone.
ROWS_AT_MOST = 50_000


class FromRows(NamedTuple):
    """`missing` says why nothing was read. `conversations` have at least one of `named` requests;
    the mean of `satisfaction` is of `rated` requests."""

    missing: str = ""
    conversations: int = 0
    named: int = 0
    first_chunk: Estimate = estimate((), 0.5)
    first_chunk_p95: Estimate = estimate((), 0.95)
    satisfaction: float | None = None
    rated: int = 0

    @property
    def requests_a_conversation(self) -> float | None:
        return self.named / self.conversations if self.conversations else None

    def as_json(self) -> dict[str, Any]:
        if self.missing:
            return {"missing": self.missing}
        return {
            "conversations": self.conversations,
            "requests_naming_a_conversation": self.named,
            "requests_with_first_chunk": self.first_chunk.samples,
            "time_to_first_chunk_p50_ms": _known(self.first_chunk),
            "time_to_first_chunk_p95_ms": _known(self.first_chunk_p95),
            "user_satisfaction_mean": self.satisfaction,
            "requests_with_satisfaction": self.rated,
        }


def from_rows(window: Window, labels: Mapping[str, str]) -> FromRows:
    """Labels are those of the label set, as in totals."""
    pruned = Pruning.objects.complete_since()
    if pruned and window.since < pruned:
        return FromRows(f"requests before {pruned.day} {pruned:%b %Y} may have been deleted")
    in_window = AIRequest.objects.between(window.since, window.until)
    if in_window.order_by("received_at")[ROWS_AT_MOST:].exists():
        return FromRows(f"not read from more than {count(ROWS_AT_MOST)} requests")
    rows = in_window.filter(**{f"label_set__{name}": value for name, value in labels.items()})
    sums = rows.aggregate(
        named=Count("conversation_id"),
        rated=Count("user_satisfaction"),
        satisfaction=Avg("user_satisfaction"),
    )
    chunks = rows.filter(time_to_first_chunk_ms__isnull=False)
    first_chunks: list[Any] = list(chunks.values_list("time_to_first_chunk_ms", flat=True))
    return FromRows(
        conversations=_conversations(rows) if sums["named"] else 0,
        first_chunk=estimate(first_chunks, 0.5),
        first_chunk_p95=estimate(first_chunks, 0.95),
        **sums,
    )


def lines_of_rows(now: FromRows, before: FromRows) -> list[Line]:
    return [
        Line(
            word,
            text(now) if not now.missing else DASH,
            text(before) if not before.missing else DASH,
        )
        for word, text in TEXTS.items()
    ]


def _satisfaction(rows: FromRows) -> str:
    return f"{count(rows.satisfaction)}, mean of {count(rows.rated)}" if rows.rated else DASH


def _estimate(one: Estimate) -> str:
    if not one.samples:
        return DASH
    return f"too few: {one.samples} of {one.needed}" if one.too_few else duration(one.value)


TEXTS: dict[str, Callable[[FromRows], str]] = {
    "Conversations": lambda rows: count(rows.conversations),
    "Requests a conversation": lambda rows: count(rows.requests_a_conversation),
    "First chunk after, p50": lambda rows: _estimate(rows.first_chunk),
    "First chunk after, p95": lambda rows: _estimate(rows.first_chunk_p95),
    "Satisfaction": _satisfaction,
}


def _conversations(rows: Any) -> int:
    """Their ids are a business's own."""
    named = rows.filter(conversation_id__isnull=False)
    distinct: int = named.values("business_id", "conversation_id").distinct().order_by().count()
    return distinct


def _known(one: Estimate) -> float | None:
    return None if one.too_few else finite(one.value)
