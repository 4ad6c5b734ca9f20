"""Where a window's figures are read: the requests themselves when it is short, else the totals.

Both answer the same questions under the same names: in all, over time, and by label.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import BooleanField, DateTimeField, Func, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncMinute

from dashboard.figures.figures import MEASURES, Figures
from dashboard.frame.query import UTC_ZONE
from dashboard.frame.window import Window
from tracking.models import Addend, LabelSet, Total
from tracking.querysets import AddendQuerySet
from tracking.store.periods import DAY, HOUR, Period, spans

CHARTED = ("failures", "total_tokens", "cost_usd", "priced")
# Past so many ids in a query it's quicker to read all label sets.
NAMED_AT_MOST = 500

Buckets = dict[datetime, Figures]
BySet = list[tuple[LabelSet, Figures]]
Key = TypeVar("Key")
Other = TypeVar("Other", bound=Hashable)


class Source(NamedTuple):
    """`rows` of a window, whose measures are added up."""

    rows: QuerySet[Any]

    def total(self, *measures: str) -> Figures:
        """One query; requests are counted also when they aren't named."""
        figures = Figures()
        names = tuple(dict.fromkeys(("requests", *(measures or MEASURES))))
        for bin_, *sums in self._sums(["duration_bin"], names):
            figures.add(names, sums)
            figures.bins[bin_] = sums[0]
        return figures

    def by(self, columns: Sequence[str], *measures: str) -> dict[tuple[Any, ...], Figures]:
        """Sums alone; each measure costs time, so name those that are shown."""
        names = measures or MEASURES
        groups: dict[tuple[Any, ...], Figures] = {}
        for row in self._sums(columns, names):
            figures = groups[row[: len(columns)]] = Figures()
            figures.add(names, row[len(columns) :])
        return groups

    def with_bins(self, columns: Sequence[str], *measures: str) -> dict[tuple[Any, ...], Figures]:
        """The same with durations, in one pass over the rows: of few groups, and few measures."""
        width, names = len(columns), ("requests", *measures)
        groups: dict[tuple[Any, ...], Figures] = defaultdict(Figures)
        for row in self._sums((*columns, "duration_bin"), names):
            figures = groups[row[:width]]
            figures.add(names, row[width + 1 :])
            figures.bins[row[width]] += row[width + 1]
        return groups

    def add_bins(self, groups: dict[tuple[Any, ...], Figures], columns: Sequence[str]) -> None:
        """A query of its own: with the sums it would make ten thousand wide groups."""
        counted = self.rows.values_list(*columns, "duration_bin")
        for *key, bin_, requests in counted.annotate(sum_=Sum("requests")).order_by():
            figures = groups.get(tuple(key))
            if figures:
                figures.bins[bin_] = requests

    def _sums(self, columns: Sequence[str], names: Iterable[str]) -> QuerySet[Any]:
        # An annotation may not bear a column's name, hence the prefix.
        sums = {f"sum_{name}": Sum(name) for name in names}
        rows: QuerySet[Any] = self.rows.values_list(*columns).annotate(**sums).order_by()
        return rows


def source_of(window: Window, labels: Mapping[str, str]) -> Source:
    """The figures of the window whose label values are `labels`.

    Labels are those of the label set also for single requests, so that one that was folded into
    `other` is called so in every window.
    """
    if window.reads_rows:
        return Source(requests_of(window, labels))
    return Source(Total.objects.between(window.since, window.until).filter(_wanted(labels)))


def requests_of(window: Window, labels: Mapping[str, str]) -> AddendQuerySet:
    """What each single request of the window adds."""
    return Addend.objects.between(window.since, window.until).filter(_wanted(labels))


def figures_over_time(window: Window, labels: Mapping[str, str], now: datetime) -> Buckets:
    return _over_time(window, labels, _begun(window, now), CHARTED, with_bins=True)


def sums_over_time(
    window: Window, labels: Mapping[str, str], now: datetime, columns: Sequence[str], *measures: str
) -> dict[tuple[str, ...], Buckets]:
    """By the values of label columns; without durations."""
    names = [f"label_set__{column}" for column in columns]
    return _over_time_by(window, labels, _begun(window, now), measures, names, with_bins=False)


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
    groups = _over_time_by(window, labels, starts, measures, (), with_bins)
    return groups.get((), {start: Figures() for start in starts})


def _over_time_by(
    window: Window,
    labels: Mapping[str, str],
    starts: list[datetime],
    measures: Sequence[str],
    columns: Sequence[str],
    with_bins: bool,
) -> dict[tuple[str, ...], Buckets]:
    groups: dict[tuple[str, ...], Buckets] = defaultdict(
        lambda: {start: Figures() for start in starts}
    )
    since = min(starts, default=window.until)
    days = _split_days(window, since)
    read = Source.with_bins if with_bins else Source.by
    rows = Source(_timed_rows(window, since).filter(_wanted(labels)))
    for (*key, start), figures in read(rows, (*columns, "starts_at"), *measures).items():
        place = days[start].bucket if start in days else window.bucket_of(start)
        groups[tuple(key)].setdefault(place, Figures()).merge(figures)
    hours = [hour for day in days.values() for hour in day.others]
    if hours:
        rows = Source(_rows_of_hours(hours).filter(_wanted(labels)))
        for (*key, day), figures in read(rows, (*columns, "day"), *measures).items():
            groups[tuple(key)][days[day].bucket].take_out(figures)
            groups[tuple(key)].setdefault(days[day].other, Figures()).merge(figures)
    return {key: dict(sorted(buckets.items())) for key, buckets in groups.items()}


def _timed_rows(window: Window, since: datetime) -> QuerySet[Any]:
    """Rows with a `starts_at`: a minute's, an hour's, or a UTC day's where days are charted."""
    if window.reads_rows:
        rows = Addend.objects.between(since, window.until)
        return rows.annotate(starts_at=TruncMinute("received_at", tzinfo=UTC_ZONE))
    if window.bucket == DAY:
        return Total.objects.between(since, window.until)
    return Total.objects.of_period(Period.HOUR, since, window.until)


class UtcDay(Func):
    """The day that an hour is in; truncating knows zones, which takes three times as long."""

    output_field = DateTimeField()
    template = "date_bin('1 day', %(expressions)s, 'epoch')"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "substr(%(expressions)s, 1, 10) || ' 00:00:00'"
        return self.as_sql(compiler, connection, template=template, **context)


class AnyOf(Func):
    """PostgreSQL doesn't see how long the list is, and so asks the index for each of its members;
    of a thousand that it sees it would look for each row's, which takes half as long again."""

    output_field = BooleanField()
    arg_joiner = " = ANY(ARRAY(SELECT unnest("
    template = "%(expressions)s)))"


class SplitDay(NamedTuple):
    """A UTC day lies in a bucket, but for `others`: the hours at one end of it that belong to the
    `other` one, which is the zone's day before or after. As many as the zone lies off UTC."""

    bucket: datetime
    other: datetime
    others: list[datetime]


def _split_days(window: Window, since: datetime) -> dict[datetime, SplitDay]:
    """Those of which rollups are read where days are charted."""
    if window.bucket != DAY:
        return {}
    whole = [span[1:] for span in spans(since, window.until) if span[0] == Period.DAY]
    days = (first + n * DAY for first, end in whole for n in range((end - first).days))
    return {day: _split(window, day) for day in days}


def _split(window: Window, day: datetime) -> SplitDay:
    first, bucket, last = (window.bucket_of(day + n * HOUR) for n in (0, 12, 23))
    other, start, end = (first, day, bucket) if first != bucket else (last, last, day + DAY)
    hours = (end - start) // HOUR if other != bucket else 0
    return SplitDay(bucket, other, [start + n * HOUR for n in range(hours)])


def _rows_of_hours(hours: list[datetime]) -> QuerySet[Any]:
    """With the `day` in UTC."""
    listed = Q(starts_at__in=hours)
    if connection.vendor == "postgresql":
        listed = Q(AnyOf("starts_at", Value(hours)))
    return Total.objects.filter(listed, period=Period.HOUR).annotate(day=UtcDay("starts_at"))


def by_label_set(source: Source, *measures: str) -> BySet:
    """The database groups by the label set's id: joined to its texts it takes three times as long.

    Three queries, for any number of labels that are grouped by afterwards; two where only
    requests are asked for.
    """
    by_id = source.by(["label_set_id"], *measures)
    if not measures:
        source.add_bins(by_id, ["label_set_id"])
    every = LabelSet.objects.all()
    label_sets = (
        every if len(by_id) > NAMED_AT_MOST else every.filter(pk__in=[id_ for (id_,) in by_id])
    )
    return [
        (label_set, by_id[label_set.id,]) for label_set in label_sets if (label_set.id,) in by_id
    ]


def by_label(by_set: BySet, label: str) -> dict[str, Figures]:
    """Most requests first."""
    return _grouped(by_set, lambda label_set: getattr(label_set, label))


def by_labels(by_set: BySet, *labels: str) -> dict[tuple[str, ...], Figures]:
    return _grouped(by_set, lambda label_set: tuple(getattr(label_set, name) for name in labels))


def merged(groups: Mapping[Key, Figures], key: Callable[[Key], Other]) -> dict[Other, Figures]:
    """Groups of groups; most requests first."""
    return _grouped(groups.items(), key)


def total(by_set: BySet) -> Figures:
    return _grouped(by_set, lambda _: None).get(None, Figures())


def _grouped(
    parts: Iterable[tuple[Key, Figures]], key: Callable[[Key], Other]
) -> dict[Other, Figures]:
    groups: dict[Other, Figures] = defaultdict(Figures)
    for part, figures in parts:
        groups[key(part)].merge(figures)
    return dict(sorted(groups.items(), key=lambda item: -item[1].requests))


def _wanted(labels: Mapping[str, str]) -> Q:
    return Q(**{f"label_set__{name}": value for name, value in labels.items()})
