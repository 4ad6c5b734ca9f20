"""Where a window's figures are read: the requests themselves when it is short, else the totals.

Both answer the same questions under the same names: in all, over time, and by label.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMinute

from dashboard.figures.figures import MEASURES, Figures
from dashboard.frame.query import UTC_ZONE
from dashboard.frame.window import Window
from tracking.models import Addend, LabelSet, Total
from tracking.store.periods import DAY, HOUR, Period, spans

CHARTED = ("requests", "failures", "total_tokens", "cost_usd", "priced")
# Past so many ids in a query it's quicker to read all label sets.
NAMED_AT_MOST = 500

Buckets = dict[datetime, Figures]
BySet = list[tuple[LabelSet, Figures]]
Key = TypeVar("Key", bound=Hashable)


class Source(NamedTuple):
    """`rows` of a window, whose measures are added up."""

    rows: QuerySet[Any]

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
        for key, bin_, requests in counted.annotate(sum_=Sum("requests")).order_by():
            if key in groups:
                groups[key].bins[bin_] = requests

    def _sums(self, column: str, names: Iterable[str]) -> QuerySet[Any]:
        # An annotation may not bear a column's name, hence the prefix.
        sums = {f"sum_{name}": Sum(name) for name in names}
        rows: QuerySet[Any] = self.rows.values_list(column).annotate(**sums).order_by()
        return rows


def source_of(window: Window, labels: Mapping[str, str]) -> Source:
    """The figures of the window whose label values are `labels`.

    Labels are those of the label set also for single requests, so that one that was folded into
    `other` is called so in every window.
    """
    wanted = _wanted(labels)
    if window.reads_rows:
        return Source(Addend.objects.between(window.since, window.until).filter(wanted))
    return Source(Total.objects.between(window.since, window.until).filter(wanted))


def outcomes_lately(window: Window, labels: Mapping[str, str], now: datetime) -> Buckets:
    """Requests and failures of the last quarter of the window, which tell what is going on."""
    starts = _begun(window, now)
    recent = starts[-(len(starts) // 4 + 1) :]
    return _over_time(window, labels, recent, ("requests", "failures"), with_bins=False)


def figures_over_time(window: Window, labels: Mapping[str, str], now: datetime) -> Buckets:
    return _over_time(window, labels, _begun(window, now), CHARTED, with_bins=True)


def _begun(window: Window, now: datetime) -> list[datetime]:
    return [start for start in window.starts if start <= now]


def _over_time(
    window: Window,
    labels: Mapping[str, str],
    starts: list[datetime],
    measures: Sequence[str],
    with_bins: bool,
) -> Buckets:
    """From the first of the starts on, those without requests too, in order of time."""
    buckets = {start: Figures() for start in starts}
    since = min(starts, default=window.until)
    places, moved = _places(window, since)
    rows = _timed_rows(window, since).filter(_wanted(labels))
    for start, figures in _by_start(rows, measures, with_bins).items():
        place = places.get(start) or window.bucket_of(start)
        buckets.setdefault(place, Figures()).merge(figures)
    if moved:
        hours = Total.objects.filter(period=Period.HOUR, starts_at__in=list(moved))
        by_hour = _by_start(hours.filter(_wanted(labels)), measures, with_bins)
        for hour, figures in by_hour.items():
            buckets[moved[hour]].take_out(figures)
            buckets.setdefault(window.bucket_of(hour), Figures()).merge(figures)
    return dict(sorted(buckets.items()))


def _timed_rows(window: Window, since: datetime) -> QuerySet[Any]:
    """Rows with a `starts_at`: a minute's, an hour's, or a UTC day's where days are charted."""
    if window.reads_rows:
        rows = Addend.objects.between(since, window.until)
        return rows.annotate(starts_at=TruncMinute("received_at", tzinfo=UTC_ZONE))
    if window.bucket == DAY:
        return Total.objects.between(since, window.until)
    return Total.objects.of_period(Period.HOUR, since, window.until)


def _by_start(rows: QuerySet[Any], measures: Sequence[str], with_bins: bool) -> Buckets:
    source = Source(rows)
    counted = source.by("starts_at", *measures)
    if with_bins:
        source.add_bins(counted, "starts_at")
    return counted


def _places(
    window: Window, since: datetime
) -> tuple[dict[datetime, datetime], dict[datetime, datetime]]:
    """The bucket of each UTC day that is read as one, and of each of its hours that belongs to
    another day of the zone: as many a day as the zone lies off UTC."""
    if window.bucket != DAY:
        return {}, {}
    whole = [span[1:] for span in spans(since, window.until) if span[0] == Period.DAY]
    places = {
        day: window.bucket_of(day + DAY / 2)
        for first, end in whole
        for day in (first + n * DAY for n in range((end - first).days))
    }
    hours = ((day + n * HOUR, place) for day, place in places.items() for n in range(24))
    return places, {hour: place for hour, place in hours if window.bucket_of(hour) != place}


def by_label_set(source: Source, *measures: str) -> BySet:
    """The database groups by the label set's id: joined to its texts it takes three times as long.

    Three queries, for any number of labels that are grouped by afterwards; two where only
    requests are asked for.
    """
    by_id = source.by("label_set_id", *measures)
    if measures != ("requests",):
        source.add_bins(by_id, "label_set_id")
    every = LabelSet.objects.all()
    label_sets = every if len(by_id) > NAMED_AT_MOST else every.filter(pk__in=by_id)
    return [(label_set, by_id[label_set.id]) for label_set in label_sets if label_set.id in by_id]


def by_label(by_set: BySet, label: str) -> dict[str, Figures]:
    """Most requests first."""
    return _grouped(by_set, lambda label_set: getattr(label_set, label))


def by_labels(by_set: BySet, *labels: str) -> dict[tuple[str, ...], Figures]:
    return _grouped(by_set, lambda label_set: tuple(getattr(label_set, name) for name in labels))


def total(by_set: BySet) -> Figures:
    return _grouped(by_set, lambda _: None).get(None, Figures())


def _grouped(by_set: BySet, key: Callable[[LabelSet], Key]) -> dict[Key, Figures]:
    groups: dict[Key, Figures] = defaultdict(Figures)
    for label_set, figures in by_set:
        groups[key(label_set)].merge(figures)
    return dict(sorted(groups.items(), key=lambda item: -item[1].requests))


def _wanted(labels: Mapping[str, str]) -> Q:
    return Q(**{f"label_set__{name}": value for name, value in labels.items()})
