"""The overview's first line: what is wrong, who, since when, how sure, and where to look."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.utils.html import strip_tags

from alerts import readings
from alerts.models import Limit
from alerts.rules import verdict as rules
from tests.build import record, store_records

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 27, 12, 34, 56, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


def store(requests, minutes_ago=1, **fields):
    at = NOW - minutes_ago * MINUTE
    store_records([record(received_at=at, **fields) for _ in range(requests)])


def an_outage():
    store(300, minutes_ago=40)
    store(12, minutes_ago=4, business_id="vet", error_type="timeout")


def ask(admin, path="/dashboard/", **query):
    with time_machine.travel(NOW, tick=False):
        return admin.get(path, query)


def line_of(answer):
    html = answer.content.decode()
    [line] = re.findall(r'(?s)<section class="verdict.*?</section>', html)
    words = strip_tags(line).replace("\N{NARROW NO-BREAK SPACE}", " ")
    return " ".join(words.split())


def test_it_names_who_since_when_and_how_sure(admin):
    an_outage()
    assert line_of(ask(admin, window="1h")) == (
        "Failures of vet: 12 of 12 since 12:30, mostly gpt-5-mini: timeout."
        " Limit 5 %; by chance less than once in a million hours. The requests"
    )


def test_its_link_leads_to_the_requests_behind_it(admin):
    an_outage()
    [line] = ask(admin, window="24h").context["lines"]
    assert ask(admin, line.url).context["found"].startswith("12")
    assert parse_qs(urlsplit(line.url).query)["business"] == ["vet"]


@pytest.mark.parametrize("window", ["1h", "24h", "7d", "30d"])
def test_every_window_that_goes_on_says_so(admin, window):
    an_outage()
    assert "Failures of vet: 12 of 12 since 12:30" in line_of(ask(admin, window=window))


def test_times_are_those_of_the_zone(admin):
    an_outage()
    assert "since 13:30" in line_of(ask(admin, tz="Europe/Berlin"))


def test_a_window_that_is_over_is_judged_as_a_whole(admin):
    store(40, minutes_ago=3 * 24 * 60, error_type="timeout")
    store(300)
    over = {"since": "2026-03-24T00:00Z", "until": "2026-03-25T00:00Z"}
    assert "Failures: 100 % in this window, mostly gpt-5-mini at clinic" in line_of(
        ask(admin, **over)
    )
    assert line_of(ask(admin, window="24h")).startswith("All well:")


def test_one_of_one_is_well(admin):
    store(1, error_type="timeout")
    assert line_of(ask(admin)).startswith("All well: 1 request, 1 of 1 failed")


def test_it_says_when_the_last_request_came_on_a_busy_morning(admin):
    for week in (1, 2, 3):
        for minute in range(0, 120):
            store(3, minutes_ago=week * WEEK / MINUTE + minute)
    store(60, minutes_ago=80)
    assert line_of(ask(admin, window="24h")).startswith(
        "No requests since 11:14, 1 hour ago. Usually 196 or more in that time"
    )


def test_pending_records_that_do_not_shrink_are_named(admin, monkeypatch):
    for module in (readings, rules):
        monkeypatch.setattr(module, "PENDING_AT_MOST", 3)
    store(3)
    assert line_of(ask(admin)).startswith("All well:")
    store(9)
    cache.clear()
    assert line_of(ask(admin)).startswith("Pending records: over 3.")


def test_a_filter_by_how_requests_ended_is_no_verdict(admin):
    an_outage()
    answer = ask(admin, error="timeout")
    assert line_of(answer).startswith("12 requests, 12 of 12 failed")


def test_a_filtered_page_is_judged_by_its_own(admin):
    an_outage()
    assert line_of(ask(admin, business="clinic")).startswith("All well: 300 requests")


def test_what_is_over_is_told_quietly(admin):
    store(30, minutes_ago=30, business_id="vet", error_type="timeout")
    for minute in range(1, 25):
        store(5, minutes_ago=minute, business_id="vet")
    answer = ask(admin, window="1h")
    assert line_of(answer).startswith("All well:")
    text = " ".join(strip_tags(answer.content.decode()).split())
    assert (
        "Over: Failures: 30 of 30 from 12:04 to 12:10, mostly gpt-5-mini at vet: timeout." in text
    )


def test_a_limit_is_set_in_the_admin(admin):
    store(200, duration_ms=3_000.0)
    assert line_of(ask(admin)).startswith("All well:")
    form = {"request_model": "gpt-5-mini", "p95_ms": "2000"}
    assert admin.post("/admin/alerts/limit/add/", form).status_code == 302
    assert Limit.objects.get().p95_ms == 2_000
    assert line_of(ask(admin)).startswith("Slow answers of gpt-5-mini: p95")


def test_a_limit_is_of_a_business_or_of_a_model(admin):
    form = {"business_id": "vet", "request_model": "gpt-5-mini"}
    answer = admin.post("/admin/alerts/limit/add/", form)
    assert "Name a business or a model, not both." in answer.content.decode()


def test_it_looks_once_a_minute(admin):
    store(300, minutes_ago=40)
    assert line_of(ask(admin)).startswith("All well:")
    an_outage()
    assert "Failures of vet: 12 of 12 in this window" in line_of(ask(admin))
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert line_of(admin.get("/dashboard/")).startswith("Failures of vet: 12 of 12 since")


def test_its_json_says_the_same(admin):
    an_outage()
    verdict = ask(admin, "/dashboard/verdict.json", window="24h").json()
    assert verdict["level"] == "bad"
    [finding] = verdict["findings"]
    assert (finding["kind"], finding["business"], finding["model"]) == ("failures", "vet", None)
    assert (finding["amount"], finding["of"]) == (12, 12)
    assert finding["since"] == "2026-03-27T12:30:00+00:00"
    assert finding["chance_hours"] > 1_000_000
    assert finding["mostly"] == {"business": "vet", "model": "gpt-5-mini", "error": "timeout"}
