"""A flood of models of one business, then one of businesses, at the default cap: -m slow."""

import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.build import record, store_records
from tracking.models import LabelSet
from tracking.store import append

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BEFORE = [f"clinic {number}" for number in range(20)]


def flood(count, label, **labels):
    for start in range(0, count, 1_000):
        numbers = range(start, start + 1_000)
        store_records([record(**{label: f"{label} {n}", **labels}) for n in numbers])


def by_business(client, name):
    totals: dict[str, float] = {}
    for family in text_string_to_metric_families(client.get("/metrics").content.decode()):
        for sample in family.samples:
            if sample.name == name:
                business = sample.labels["business_id"]
                totals[business] = totals.get(business, 0) + sample.value
    return totals


def test_every_business_keeps_its_name_in_a_flood(client, settings):
    store_records([record(business_id=business) for business in BEFORE])
    flood(20_000, "request_model", business_id="flooder")
    store_records([record(business_id="new", error_type="timeout")])
    flood(5_000, "business_id")
    append.known_sets.forget()
    later = {"error_type": "timeout", "intent": "new", "request_model": "new"}
    store_records([record(business_id=business, **later) for business in [*BEFORE, "new"]])
    requests = by_business(client, "ai_requests_total")
    failures = by_business(client, "ai_request_failures_total")
    assert {(requests[name], failures[name]) for name in BEFORE} == {(2, 1)}
    assert (requests["new"], failures["new"], requests["flooder"]) == (2, 2, 20_000)
    assert LabelSet.objects.count() <= settings.MAX_LABEL_SETS + 3
    started = time.perf_counter()
    size = len(client.get("/metrics").content)
    print(
        f"/metrics: {1_000 * (time.perf_counter() - started):.0f} ms, {size:,} bytes,"
        f" {LabelSet.objects.count()} label sets, {len(requests)} businesses"
    )
