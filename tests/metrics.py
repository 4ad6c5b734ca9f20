"""What `/metrics` says, read back as a scraper reads it."""

from collections.abc import Sequence

from django.db.models import QuerySet, Sum
from prometheus_client.parser import text_string_to_metric_families

from tracking.models import Rollup, Total
from tracking.prometheus.exposition import expose
from tracking.store.fold import MEASURES
from tracking.store.through_django import ThroughDjango

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def counters() -> Samples:
    """Each series of a counter or a histogram, by name and labels."""
    text, _ = expose("text/plain", ThroughDjango())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        if family.type in ("counter", "histogram")
        for sample in family.samples
    }


def sums_of(
    totals: QuerySet[Total] | QuerySet[Rollup], measures: Sequence[str] = MEASURES
) -> dict[str, int | float]:
    return totals.aggregate(**{name: Sum(name, default=0) for name in measures})
