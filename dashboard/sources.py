"""Where a window's figures are read: the requests themselves when it is short, else the rollups.

Both answer the same questions under the same names.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Aggregate, Q, QuerySet, Sum
from django.db.models.functions import TruncMinute

from dashboard.figures import MEASURES, Figures
from dashboard.window import Window
from dashboard.zones import UTC_ZONE
from tracking.models import AIRequest, Rollup
from tracking.querysets import SUMS
from tracking.store.periods import DAY, Period

ROW_MEASURES: dict[str, Aggregate] = {name: SUMS[name] for name in MEASURES}
ROLLUP_MEASURES: dict[str, Aggregate] = {name: Sum(name) for name in MEASURES}


class Source(NamedTuple):
    """`rows` of a window, and how each measure is added up from them."""

    rows: QuerySet[Any]
    measures: Mapping[str, Aggregate]

    def total(self, *measures: str) -> Figures:
        """One query; requests are counted also when they aren't named."""
        figures = Figures()
        names = tuple(dict.fromkeys(("requests", *(measures or MEASURES))))
        for bin_, *sums in self._sums("duration_bin", names):
            figures.add(names, sums)
            figures.bins[bin_] = sums[0]
        return figures

    def by(self, column: str, *measures: str) -> dict[Any, Figures]:
        """Sums alone; each measure costs time, so name those that are shown."""
        names = measures or MEASURES
        groups: dict[Any, Figures] = {}
        for key, *sums in self._sums(column, names):
            groups[key] = Figures()
            groups[key].add(names, sums)
        return groups

    def add_bins(self, groups: dict[Any, Figures], column: str) -> None:
        """A query of its own: with the sums it would make ten thousand wide groups."""
        counted = self.rows.values_list(column, "duration_bin")
        for key, bin_, requests in counted.annotate(sum_=self.measures["requests"]).order_by():
            if key in groups:
                groups[key].bins[bin_] = requests

    def _sums(self, column: str, names: Iterable[str]) -> QuerySet[Any]:
        # An annotation may not bear a column's name, hence the prefix.
        sums = {f"sum_{name}": self.measures[name] for name in names}
        found: QuerySet[Any] = self.rows.values_list(column).annotate(**sums).order_by()
        return found


def source_of(window: Window, labels: Mapping[str, str]) -> Source:
    """The figures of the window whose label values are `labels`.

    Labels are those of the label set also for single requests, so that one that was folded into
    `other` is called so in every window.
    """
    wanted = _wanted(labels)
    if window.reads_rows:
        rows = AIRequest.objects.between(window.since, window.until).filter(wanted)
        return Source(rows, ROW_MEASURES)
    return Source(
        Rollup.objects.between(window.since, window.until).filter(wanted), ROLLUP_MEASURES
    )


def buckets_source(window: Window, labels: Mapping[str, str]) -> Source:
    """Its rows have a `starts_at`: a minute's, an hour's or a day's."""
    if window.reads_rows:
        rows = source_of(window, labels).rows
        minutes = rows.annotate(starts_at=TruncMinute("received_at", tzinfo=UTC_ZONE))
        return Source(minutes, ROW_MEASURES)
    period = Period.DAY if window.bucket == DAY else Period.HOUR
    rollups = Rollup.objects.of_period(period, window.since, window.until)
    return Source(rollups.filter(_wanted(labels)), ROLLUP_MEASURES)


def _wanted(labels: Mapping[str, str]) -> Q:
    return Q(**{f"label_set__{name}": value for name, value in labels.items()})
