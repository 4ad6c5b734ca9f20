"""The page of a business and of a model, and the ways to it."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine

from dashboard.profile import from_rows
from tests.build import record, store_records
from tracking.models import AIRequest, Pruning

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 29, 12, 34, 56, tzinfo=UTC)
BUSINESS = "vet & co"
PATHS = ["", "requests/", "spend/", "breakdown/?by={by}"]


def store(count=1, ago=timedelta(0), **fields):
    when = datetime.now(UTC) - ago
    store_records([record(received_at=when, **fields) for _ in range(count)])


def ask(admin, name="clinic", by="business", **query):
    return admin.get(f"/dashboard/{by}/", {by: name, **query})


def line(answer, word):
    [found] = [line for line in answer.context["lines"] if line.word == word]
    return tuple(
        text.replace("\N{NARROW NO-BREAK SPACE}", " ") for text in (found.now, found.before)
    ) + (found.change.replace("\N{NARROW NO-BREAK SPACE}", " "),)


class Names(HTMLParser):
    """Where each place of the page leads that shows a name; pickers and filters name it, too."""

    def __init__(self, name, html):
        super().__init__()
        self.name, self.inside, self.leads = name, [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag not in ("input", "link", "meta", "br", "img"):
            self.inside.append((tag, dict(attributes).get("href", "")))

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags = {tag for tag, _ in self.inside}
        if self.name in data and not tags & {"option", "title", "script", "h1", "strong"}:
            self.leads.append("".join(href for _, href in self.inside))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("by", "name"), [("business", "vet & co"), ("model", "gpt-5")])
def test_every_name_leads_to_a_page_of_its_own(admin, path, by, name):
    store(business_id=BUSINESS, request_model="gpt-5")
    leads = Names(name, admin.get(f"/dashboard/{path.format(by=by)}").content.decode()).leads
    assert leads
    assert all(href.startswith(f"/dashboard/{by}/?") for href in leads)


@pytest.mark.parametrize("of", ["business", "model", "provider"])
def test_what_is_compared_leads_to_its_page(admin, of):
    store(business_id="a", request_model="a", provider_name="a")
    store(business_id="b", request_model="b", provider_name="b")
    html = admin.get("/dashboard/compare/", {"of": of}).content.decode()
    assert (f'<a href="/dashboard/{of}/?{of}=a">a</a>' in html) == (of != "provider")


def test_a_request_names_both_with_links(admin):
    store(business_id=BUSINESS)
    html = admin.get(f"/dashboard/requests/{AIRequest.objects.get().pk}/").content.decode()
    assert 'href="/dashboard/business/?business=vet+%26+co"' in html
    assert 'href="/dashboard/model/?model=gpt-5-mini"' in html


def test_its_models_narrow_to_it(admin):
    store(business_id=BUSINESS)
    html = ask(admin, BUSINESS, window="7d").content.decode()
    assert "/dashboard/model/?business=vet+%26+co&amp;window=7d&amp;model=gpt-5-mini" in html


def test_it_stands_against_the_window_before(admin):
    store(60)
    store(50, ago=timedelta(days=1), appointment_requested=True, appointment_booked=True)
    answer = ask(admin)
    assert line(answer, "Requests") == ("60", "50", "+20 %")
    assert line(answer, "Cost") == ("$0.252", "$0.21", "+20 %")
    assert line(answer, "Booked") == ("0", "50", "")


def test_rates_are_compared_in_points(admin):
    store(50)
    store(50, error_type="timeout")
    store(100, ago=timedelta(days=1))
    assert line(ask(admin), "Failure rate") == ("50 %", "0 %", "+50.0 points")
    store(1, error_type="timeout", business_id="b")
    store(99, business_id="b")
    store(100, ago=timedelta(days=1), business_id="b")
    assert line(ask(admin, "b"), "Failure rate")[2] == "+1.0 points, may be chance"


def test_few_requests_have_no_percentile_and_no_change(admin):
    store(8)
    store(9, ago=timedelta(days=1))
    answer = ask(admin)
    assert line(answer, "p95") == ("too few: 8 of 72 needed", "too few: 9 of 72 needed", "")
    assert line(answer, "Requests") == ("8", "9", "")


def test_against_a_base_that_hardly_exists_no_change_is_told(admin):
    store(400)
    store(36, ago=timedelta(days=1))
    changes = {line.word: line.change for line in ask(admin).context["lines"]}
    assert {changes[word] for word in ("Requests", "p50", "Tokens", "Cost")} == {""}


def test_what_is_unpriced_is_said_to_be(admin):
    store(40, cost_usd=None, appointment_booked=True)
    answer = ask(admin)
    assert line(answer, "Cost") == ("unpriced", "–", "")
    assert line(answer, "Cost a booking")[0] == "unpriced"


def test_what_totals_dont_keep_is_read_from_the_requests(admin):
    for n in range(8):
        store(conversation_id=f"c{n // 4}", time_to_first_chunk_ms=100.0 + n)
    store(2, user_satisfaction=4.0)
    answer = ask(admin)
    assert line(answer, "Conversations")[0] == "2"
    assert line(answer, "Requests a conversation")[0] == "4"
    assert line(answer, "First chunk after, p50")[0] == "104 ms"
    assert line(answer, "First chunk after, p95")[0] == "too few: 8 of 72"
    assert line(answer, "Satisfaction")[0] == "4, mean of 2"


def test_the_same_conversation_of_two_businesses_is_two(admin):
    store(conversation_id="c", business_id="a")
    store(conversation_id="c", business_id="b")
    assert line(ask(admin, "gpt-5-mini", "model"), "Conversations")[0] == "2"


def test_of_too_many_requests_none_is_read(admin, monkeypatch):
    monkeypatch.setattr(from_rows, "ROWS_AT_MOST", 3)
    store(4, conversation_id="c")
    answer = ask(admin)
    assert line(answer, "Conversations")[0] == "–"
    assert answer.context["missing"] == {"not read from more than 3 requests"}


def test_of_deleted_requests_nothing_is_told(admin):
    store(conversation_id="c")
    Pruning.objects.create(before=datetime.now(UTC))
    assert line(ask(admin), "Conversations")[0] == "–"
    assert "may have been deleted" in ask(admin).content.decode()


def test_a_filter_narrows_it_and_can_be_taken_away(admin):
    store(3)
    store(2, request_model="gpt-5")
    answer = ask(admin, model="gpt-5")
    assert answer.context["figures"].requests == 2
    assert [chip.word for chip in answer.context["chips"]] == ["Model"]


def test_an_empty_window_says_what_was_before(admin):
    with time_machine.travel(NOW, tick=False):
        store(5, ago=timedelta(hours=25))
        text = " ".join(ask(admin).content.decode().split())
    assert "No requests in this window; 5 in the 24 hours before." in text


def test_an_unknown_name_is_no_page(admin):
    answer = ask(admin, "<b>nobody")
    assert answer.status_code == 404
    assert "called “&lt;b&gt;nobody”" in answer.content.decode()


@pytest.mark.parametrize("path", ["business/", "business.json"])
def test_without_a_name_it_is_the_list_of_all(admin, path):
    answer = admin.get(f"/dashboard/{path}", {"window": "7d"})
    assert answer["Location"] == "/dashboard/breakdown/?window=7d&by=business"
