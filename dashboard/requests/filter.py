"""Which requests a list shows, read from its URL; also what the export exports."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from dashboard.frame.query import number_of, text_of
from dashboard.frame.scope import labels_of
from tracking.models import AIRequest, LabelSet
from tracking.querysets import AIRequestQuerySet
from tracking.store.labels import OTHER
from tracking.store.record import COST_MAX_USD, DURATION_MAX_MS

# The parameter, the lookup behind it, its greatest value, and how people call it.
RANGES = {
    "slower_ms": ("duration_ms__gte", DURATION_MAX_MS, "Slower than, ms"),
    "faster_ms": ("duration_ms__lte", DURATION_MAX_MS, "Faster than, ms"),
    "dearer_usd": ("cost_usd__gte", COST_MAX_USD, "Dearer than, $"),
    "cheaper_usd": ("cost_usd__lte", COST_MAX_USD, "Cheaper than, $"),
}
FAILED = "failed"
# Of which a part is enough.
SEARCHED = ("business_id", "request_model", "error_type")


class RequestFilter(NamedTuple):
    """`labels` are columns and their values; `search` is an id, or a part of a name."""

    labels: dict[str, str]
    ranges: dict[str, Decimal]
    failed: bool
    search: str

    def apply(self, requests: AIRequestQuerySet) -> AIRequestQuerySet:
        requests = requests.filter(*(_label(*label) for label in self.labels.items()))
        requests = requests.filter(
            **{RANGES[name][0]: _typed(name, value) for name, value in self.ranges.items()}
        )
        if self.failed:
            requests = requests.exclude(error_type="")
        return requests.filter(_found_by(self.search)) if self.search else requests


def request_filter_of(query: Mapping[str, str]) -> RequestFilter:
    """Raises BadQuery for a bound that is no number or out of range."""
    return RequestFilter(
        labels=labels_of(query),
        ranges={
            name: number_of(name, query[name], RANGES[name][1])
            for name in RANGES
            if query.get(name)
        },
        failed=query.get(FAILED) == "1",
        search=text_of(query, "q"),
    )


def _label(column: str, value: str) -> Q:
    """`other` is a label that requests were counted under, never one of their own."""
    return Q(**{f"label_set__{column}" if value == OTHER else column: value})


def _typed(name: str, value: Decimal) -> Decimal | float:
    return float(value) if name.endswith("_ms") else value


def _found_by(search: str) -> Q:
    """A request's id, or else a conversation's or a session's, or a part of the name of a
    business, a model or an error.

    Requests are unique within a business, so the index is asked once for each business. The
    other two have no index: it would slow every stored record, so they are looked for in the
    window.
    """
    businesses = LabelSet.objects.values_list("business_id", flat=True).distinct()
    request = Q(business_id__in=list(businesses), request_id=search)
    if AIRequest.objects.filter(request).exists():
        return request
    named = Q()
    for column in SEARCHED:
        named |= Q(**{f"{column}__icontains": search})
    label_sets = list(LabelSet.objects.filter(named).values_list("pk", flat=True))
    return Q(conversation_id=search) | Q(session_id=search) | Q(label_set_id__in=label_sets)
