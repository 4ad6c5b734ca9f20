"""Prometheus metric families, built anew from the totals at each scrape.

Names and labels of the old service stand as its users' alerts know them.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from math import fsum
from operator import itemgetter
from typing import Any

from prometheus_client import PLATFORM_COLLECTOR, CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from tracking import SERVICE, VERSION
from tracking.prometheus.totals import LabelTotals, Totals, read_totals
from tracking.store import bins
from tracking.store.database import Database

# The old service's word for a label.
OLD_WORDS = {"model_name": "request_model"}

# Name without _total, help, labels, and what is added up.
COUNTERS: list[tuple[str, str, tuple[str, ...], str]] = [
    ("ai_requests", "AI requests.", ("business_id", "response_type", "intent"), "requests"),
    ("ai_tokens_used", "Tokens, input and output.", ("business_id", "model_name"), "total_tokens"),
    ("ai_input_tokens", "Input tokens.", ("model_name",), "input_tokens"),
    ("ai_output_tokens", "Output tokens.", ("model_name",), "output_tokens"),
    ("ai_api_cost_usd", "Cost in US dollars.", ("business_id", "model_name"), "cost_usd"),
    ("ai_request_failures", "Failed requests.", ("business_id", "error_type"), "failures"),
    (
        "appointments_requested",
        "Requests that asked for an appointment.",
        ("business_id",),
        "appointments_requested",
    ),
    (
        "appointments_booked",
        "Requests that booked an appointment.",
        ("business_id",),
        "appointments_booked",
    ),
    ("human_handoffs", "Hand-offs to a human.", ("business_id", "reason"), "human_handoffs"),
    (
        "ai_ignored_fields",
        "Fields that were sent with a record and mean nothing here.",
        ("business_id",),
        "ignored_fields",
    ),
    (
        "ai_label_values_folded",
        "Requests counted under `other`, since MAX_LABEL_SETS were in use.",
        (),
        "folded",
    ),
]


def families(totals: Totals) -> Iterator[Metric]:
    for name, help_text, labels, column in COUNTERS:
        yield _counter(totals, name, help_text, labels, column)
    yield _response_time(totals)
    yield _request_duration(totals)
    yield _success_rate(totals)
    yield GaugeMetricFamily(
        "ai_pending_records",
        "Records that are counted but not yet added up to rollups; bounded by folds.",
        value=totals.pending,
    )
    yield InfoMetricFamily(
        "ai_system",
        "This service.",
        {"service": SERVICE, "version": VERSION, "monitoring": "prometheus"},
    )


def _counter(
    totals: Totals, name: str, help_text: str, labels: tuple[str, ...], column: str
) -> Metric:
    family = CounterMetricFamily(name, help_text, labels=labels)
    value_of = _values(labels)
    addend = _values((column,))
    sums: dict[Any, Any] = {} if labels else {(): 0}
    for row in totals.labels:
        if row.error_type or "error_type" not in labels:
            values = value_of(row)
            sums[values] = sums.get(values, 0) + addend(row)
    for values, total in sums.items():
        # SQLite adds costs as floats; its error lies far behind the twelfth place.
        family.add_metric((values,) if len(labels) == 1 else values, round(float(total), 12))
    return family


def _values(labels: tuple[str, ...]) -> Callable[[LabelTotals], Any]:
    """Reads one value, or a tuple of more or of none, from a row."""
    places = [LabelTotals._fields.index(OLD_WORDS.get(label, label)) for label in labels]
    return itemgetter(*places) if places else lambda row: ()


def _response_time(totals: Totals) -> Metric:
    family = HistogramMetricFamily("ai_response_time_seconds", "Duration of AI requests.")
    counts = sum(totals.bins.values(), Counter())
    duration_ms = fsum(row.duration_ms for row in totals.labels)
    family.add_metric((), _buckets(counts, bins.OLD_BUCKETS_MS), duration_ms / 1_000)
    return family


def _request_duration(totals: Totals) -> Metric:
    family = HistogramMetricFamily(
        "ai_request_duration_seconds", "Duration of AI requests by model.", labels=["model_name"]
    )
    durations_ms: dict[str, list[float]] = defaultdict(list)
    for row in totals.labels:
        durations_ms[row.request_model].append(row.duration_ms)
    for model, counts in totals.bins.items():
        buckets = _buckets(counts, bins.BUCKETS_MS)
        family.add_metric([model], buckets, fsum(durations_ms[model]) / 1_000)
    return family


def _buckets(counts: Counter[int], bounds_ms: tuple[float, ...]) -> list[tuple[str, float]]:
    cumulative = bins.cumulative_counts(counts, bounds_ms)
    return [
        ("+Inf" if bound == float("inf") else str(bound / 1_000), count)
        for bound, count in cumulative
    ]


def _success_rate(totals: Totals) -> Metric:
    family = GaugeMetricFamily(
        "ai_success_rate",
        "Mean success rate, 0 to 1, of this hour and the one before.",
        labels=["business_id"],
    )
    for business_id, rate in totals.success_rates.items():
        family.add_metric([business_id], rate)
    return family


class TotalsCollector(Collector):
    def __init__(self, database: Database) -> None:
        self.database = database

    def describe(self) -> list[Metric]:
        """Empty, so that registering asks the database nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        started = time.perf_counter()
        yield from families(read_totals(self.database, datetime.now(UTC)))
        yield GaugeMetricFamily(
            "ai_scrape_duration_seconds",
            "Time that this scrape took to read and add up.",
            value=time.perf_counter() - started,
        )


def expose(accept: str, database: Database) -> tuple[bytes, str]:
    """(text, content type) in the format that the Accept header asks for."""
    # Not the default registry: the process's own metrics would tell a random process's story.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(TotalsCollector(database))
    registry.register(PLATFORM_COLLECTOR)
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type
