"""One request, on its page and beside the list."""

import re

import pytest

from tests.build import record, store_records
from tracking.models import AIRequest

pytestmark = pytest.mark.django_db


def store(*records):
    store_records([record(**fields) for fields in records])


def test_one_request_shows_its_place_and_its_conversation(admin):
    store(*({"conversation_id": "talk", "duration_ms": 100.0 * n} for n in range(1, 11)))
    slowest = AIRequest.objects.get(duration_ms=1000.0)
    context = admin.get(f"/dashboard/requests/{slowest.pk}/").context
    assert context["below"].value == 0.9
    assert len(context["timeline"]) == 10
    assert [column.here for column in context["columns"]].count(True) == 1


def test_a_request_is_shown_beside_the_list_as_on_its_page(admin):
    store({"request_id": "that one"}, {})
    pk = AIRequest.objects.get(request_id="that one").pk
    beside = admin.get("/dashboard/requests/", {"open": pk}).content.decode()
    page = admin.get(f"/dashboard/requests/{pk}/").content.decode()
    article = page[page.index("<article") : page.index("</article>")]
    assert "that one" in article
    assert article in beside
    assert f'data-open="{pk}" aria-current="true"' in beside


def test_a_request_that_was_deleted_leaves_the_list(admin):
    store({"request_id": "another"})
    answer = admin.get("/dashboard/requests/", {"open": 10**18})
    assert "it may have been deleted" in answer.content.decode()
    assert [row.request_id for row in answer.context["requests"]] == ["another"]


def test_no_link_keeps_the_request_open(admin):
    store({})
    answer = admin.get("/dashboard/requests/", {"open": 1, "model": "gpt-5-mini"})
    assert "open=1" not in answer.content.decode()


def test_it_shows_when_the_first_chunk_came_and_how_satisfied_somebody_was(admin):
    store({"time_to_first_chunk_ms": 420.0, "user_satisfaction": 4.5})
    page = admin.get(f"/dashboard/requests/{AIRequest.objects.get().pk}/").content.decode()
    assert "first chunk after 420\N{NARROW NO-BREAK SPACE}ms" in page
    assert "satisfaction 4.5" in page


def test_its_outcome_has_one_word_in_the_list_and_beside_it(admin):
    store({"response_type": "appointment_booking", "appointment_requested": True})
    pk = AIRequest.objects.get().pk
    for path in ("/dashboard/requests/", f"/dashboard/requests/{pk}/"):
        assert '<span class="tag">requested</span>' in admin.get(path).content.decode()


def test_a_zone_stands_beside_a_time(admin):
    store({})
    page = admin.get(f"/dashboard/requests/{AIRequest.objects.get().pk}/").content.decode()
    assert re.search(r"\d\d:\d\d:\d\d <span class=\"quiet zone\">UTC</span></h2>", page)


def test_a_request_that_is_not_there(admin):
    assert admin.get("/dashboard/requests/1/").status_code == 404


def test_a_conversation_is_that_of_one_business(admin):
    store({"conversation_id": "talk"}, {"conversation_id": "talk", "business_id": "another"})
    pk = AIRequest.objects.get(business_id="clinic").pk
    timeline = admin.get(f"/dashboard/requests/{pk}/").context["timeline"]
    assert [ai_request.pk for ai_request in timeline] == [pk]
