"""What the rules are told, read from the newest requests and from totals.

The newest requests are few and bounded; everything older is read from totals, of the same hours of
the week alone. So it takes as long with a million requests as with a thousand.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, When

from alerts.rules.limits import LimitsBySubject
from alerts.rules.told import Counts, Of, Readings, add_up, same_hours
from tracking.models import Addend, Pending, Total
from tracking.store.fold import PENDING_AT_MOST
from tracking.store.periods import DAY, HOUR, MINUTE, Period, floor_day, floor_hour, floor_minute

LATELY = HOUR
# Where so few came in an hour, what came before says more.
FEW = 300
LATELY_AT_MOST = 6 * HOUR
# So many of the newest say enough, however quickly they come.
NEWEST = 5_000

SUMS = (
    "cost_usd",
    "total_tokens",
    "appointments_requested",
    "appointments_booked",
    "human_handoffs",
)
PAIR = ("label_set__business_id", "label_set__request_model")
# Of those that worked: a row's requests all worked, or all failed.
UNPRICED = Sum(Case(When(failures=0, then=F("requests") - F("priced")), default=0))


def readings_at(
    now: datetime, limits: LimitsBySubject, labels: Mapping[str, str] | None = None
) -> Readings:
    """`labels` are columns of a label set, and which of their values alone is looked at."""
    wanted = Q(**{f"label_set__{name}": value for name, value in (labels or {}).items()})
    since, minutes = _minutes(now, LATELY, wanted)
    if since == floor_minute(now - LATELY) and _requests(minutes) < FEW:
        since, minutes = _minutes(now, LATELY_AT_MOST, wanted)
    every = Total.objects.filter(wanted, period=Period.HOUR)
    hours = every.filter(starts_at__in=same_hours(floor_hour(now)))
    past = _past(hours)
    if not past:
        # In its first week, the day before.
        first = floor_hour(since)
        hours = every.filter(starts_at__gte=first - DAY, starts_at__lt=first)
        past = _past(hours)
    told = Readings(
        now,
        since,
        minutes,
        past,
        _past_bins(hours),
        pending=Pending.objects.all()[: PENDING_AT_MOST + 1].count(),
    )
    if any(own.cost_a_day_usd is not None for own in limits.values()):
        told = told._replace(spent_today=_spent(now, wanted))
    return _with_known(told, wanted)


def _requests(minutes: Mapping[datetime, Mapping[Of, Counts]]) -> int:
    return sum(counts.requests for by_pair in minutes.values() for counts in by_pair.values())


def _minutes(
    now: datetime, length: timedelta, wanted: Q
) -> tuple[datetime, dict[datetime, dict[Of, Counts]]]:
    """From the first minute on of which all requests are read."""
    since = floor_minute(now - length)
    rows = (
        Addend.objects.between(since, now)
        .filter(wanted)
        .order_by("-received_at")
        .values_list("received_at", *PAIR, "label_set__error_type", "duration_bin", "priced", *SUMS)
    )
    read = list(rows[: NEWEST + 1])
    if len(read) > NEWEST:
        since = floor_minute(read[-1][0]) + MINUTE
    minutes: dict[datetime, dict[Of, Counts]] = {}
    for moment, business, model, error, bin_, priced, *sums in read:
        minute = floor_minute(moment)
        if minute < since:
            break
        by_pair = minutes.setdefault(minute, {})
        pair = Of(business, model)
        if pair not in by_pair:
            by_pair[pair] = Counts()
        counts = by_pair[pair]
        _add(counts, 1, sums)
        if error:
            counts.failures += 1
            add_up(counts.errors, {error: 1})
        else:
            counts.unpriced += 1 - priced
            add_up(counts.bins, {bin_: 1})
    return since, minutes


def _sums() -> list[Any]:
    return [Sum("requests"), *(Sum(name) for name in SUMS)]


def _add(counts: Counts, requests: int, sums: list[Any]) -> None:
    """Of a few alike requests, so that the squares of their means stand for theirs."""
    cost_usd, tokens, asked, booked, handed_off = sums
    cost_usd = float(cost_usd)
    counts.requests += requests
    counts.cost_usd += cost_usd
    counts.cost_squares += cost_usd * cost_usd / requests
    counts.tokens += tokens
    counts.token_squares += tokens * tokens / requests
    counts.asked += asked
    counts.booked += booked
    counts.handed_off += handed_off


def _past(hours: QuerySet[Total]) -> dict[datetime, dict[Of, Counts]]:
    rows = (
        hours.values_list("starts_at", *PAIR)
        .annotate(*_sums(), Sum("failures"), unpriced=UNPRICED)
        .order_by()
    )
    past: dict[datetime, dict[Of, Counts]] = {}
    for hour, business, model, requests, *sums, failures, unpriced in rows:
        counts = past.setdefault(hour, {}).setdefault(Of(business, model), Counts())
        _add(counts, requests, sums)
        counts.failures += failures
        counts.unpriced += unpriced
    return past


def _past_bins(hours: QuerySet[Total]) -> dict[Of, Counter[int]]:
    rows = hours.values_list(*PAIR, "duration_bin").annotate(
        worked=Sum(F("requests") - F("failures"))
    )
    bins: dict[Of, Counter[int]] = defaultdict(Counter)
    for business, model, bin_, worked in rows.order_by():
        bins[Of(business, model)][bin_] += worked
    return bins


def _spent(now: datetime, wanted: Q) -> dict[Of, float]:
    today = Total.objects.of_period(Period.DAY, floor_day(now), now)
    rows = today.filter(wanted).values_list(*PAIR).annotate(sum_=Sum("cost_usd")).order_by()
    return {Of(business, model): float(usd) for business, model, usd in rows}


def _with_known(told: Readings, wanted: Q) -> Readings:
    """Asked only where a model is unpriced: what was known of it before."""
    lately: dict[str, tuple[int, int]] = {}
    for by_pair in told.minutes.values():
        for pair, counts in by_pair.items():
            requests, unpriced = lately.get(pair.request_model, (0, 0))
            sums = (requests + counts.requests, unpriced + counts.unpriced)
            lately[pair.request_model] = sums
    if not any(unpriced for _, unpriced in lately.values()):
        return told
    rows = (
        Total.objects.all_time()
        .filter(wanted)
        .values_list("label_set__request_model")
        .annotate(Sum("requests"), unpriced=UNPRICED)
        .order_by()
    )
    ever = {model: (requests, unpriced) for model, requests, unpriced in rows}
    known = {
        model: (ever[model][0] - requests, ever[model][1] - unpriced)
        for model, (requests, unpriced) in lately.items()
        if unpriced and model in ever
    }
    before = sum(requests for requests, _ in ever.values()) - _requests(told.minutes)
    return told._replace(known=known, known_requests=before)
