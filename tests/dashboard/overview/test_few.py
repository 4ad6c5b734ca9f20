"""Few samples are said to be few: in the head line, the cards, the lists, the chart and JSON."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils.html import strip_tags

from tests.build import record, store_records

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 29, 12, 34, 56, tzinfo=UTC)


def store(requests, hours_ago=0, duration_ms=4_210.0, **fields):
    at = NOW - timedelta(hours=hours_ago)
    store_records(
        [record(received_at=at, duration_ms=duration_ms, **fields) for _ in range(requests)]
    )


def page(admin, window="24h"):
    with time_machine.travel(NOW, tick=False):
        return admin.get("/dashboard/", {"window": window})


def text_of(answer):
    words = strip_tags(answer.content.decode()).replace("\N{NARROW NO-BREAK SPACE}", " ")
    return " ".join(words.split())


def change_of(answer, place):
    return answer.context["cards"][place].change.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_the_head_line_tells_the_slowest_of_a_few(admin):
    store(8)
    text = text_of(page(admin))
    assert "8 requests, 0 of 8 failed, the slowest took ≤ 4.36 s" in text
    assert "p95 4" not in text


def test_the_latency_card_tells_the_slowest_of_a_few(admin):
    store(8)
    store(8, hours_ago=24)
    answer = page(admin)
    card = answer.context["cards"][2]
    assert (card.word, card.note) == (
        "Latency, slowest of 8",
        "too few samples: 8 of 72 needed for p95",
    )
    assert change_of(answer, 2) == "Too few to compare: 8 requests in the 24 hours before"


def test_lists_tell_the_slowest_of_a_few(admin):
    store(8)
    assert text_of(page(admin)).count("≤ 4.36 s") == 4


def test_a_change_needs_enough_on_both_sides(admin):
    store(100)
    store(34, hours_ago=24)
    assert change_of(page(admin), 0) == "34 requests in the 24 hours before"
    store(6, hours_ago=24)
    assert change_of(page(admin), 0) == "+150 % on the 24 hours before"


def test_a_base_that_hardly_exists_is_named_instead_of_a_change(admin):
    store(401)
    store(40, hours_ago=24)
    assert change_of(page(admin), 0) == "40 requests in the 24 hours before"


def test_only_nothing_is_called_nothing(admin):
    store(80, cost_usd=None)
    store(61, hours_ago=24, cost_usd=None)
    assert [change_of(page(admin), place) for place in (1, 3)] == [
        "0 % in the 24 hours before",
        "unpriced in the 24 hours before",
    ]


def test_a_rate_of_few_is_a_count(admin):
    store(7)
    store(1, error_type="timeout")
    answer = page(admin)
    assert answer.context["cards"][1].figure == "1 of 8"
    assert "All well: 8 requests, 1 of 8 failed" in text_of(answer)


def test_a_chart_has_no_percentile_of_an_hour_of_one_request(admin):
    store(1)
    store(80, hours_ago=2)
    with time_machine.travel(NOW, tick=False):
        series = admin.get("/dashboard/overview.json", {"window": "24h"}).json()["series"]
    drawn = [[value is not None for value in series[name][-3:]] for name in ("p50", "p95", "p99")]
    assert drawn == [[True, False, False], [True, False, False], [False, False, False]]
    assert series["slowest"][-1] == pytest.approx(4_362, abs=1)


@pytest.mark.parametrize("path", ["breakdown", "compare"])
def test_json_names_what_is_missing(admin, path):
    store(8)
    store(8, request_model="gpt-5")
    with time_machine.travel(NOW, tick=False):
        answer = admin.get(f"/dashboard/{path}.json").json()
    group = (answer.get("groups") or answer["sides"])[0]
    assert (group["p50_ms"] is not None, group["p95_ms"], group["p99_ms"]) == (True, None, None)
    assert group["too_few_samples"] == {"p95_ms": "8 of 72 needed", "p99_ms": "8 of 368 needed"}
    assert group["slowest_ms"] > 4_210


def test_a_breakdown_is_not_sorted_by_a_percentile_of_few(admin):
    store(8)
    store(80, request_model="gpt-5", duration_ms=300.0)
    with time_machine.travel(NOW, tick=False):
        groups = admin.get("/dashboard/breakdown/", {"order": "p95"}).context["groups"]
    assert [name for name, _ in groups] == ["gpt-5", "gpt-5-mini"]
