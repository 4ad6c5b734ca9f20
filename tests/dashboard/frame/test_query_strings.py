"""What a page's parameters mean, and which of them its links and forms keep."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from dashboard.frame.query import BadQuery, kept, number_of, query_string, text_of
from dashboard.frame.window import Window

WINDOW = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), "24h")
URL = "/dashboard/requests/?since=2026-03-01&tz=UTC&model=gpt-5&sort=slowest&after=key&open=7"


@pytest.fixture
def request_():
    return RequestFactory().get(URL)


def shown(request, template):
    context = Context({"request": request, "window": WINDOW})
    return Template("{% load figures %}" + template).render(context)


def test_the_place_in_a_list_is_left_out_unless_it_is_named(request_):
    assert query_string(request_) == "?since=2026-03-01&tz=UTC&model=gpt-5&sort=slowest"
    assert kept(request_, after="next")["after"] == "next"


def test_changes_replace_or_take_out(request_):
    changed = query_string(request_, since=None, model="a & b")
    assert changed == "?tz=UTC&model=a+%26+b&sort=slowest"


def test_another_page_is_given_the_window_and_the_labels(request_):
    assert shown(request_, "{% scope_query %}") == "?since=2026-03-01&amp;tz=UTC&amp;model=gpt-5"


def test_a_business_and_a_model_lead_to_pages_of_their_own(request_):
    kept = "?since=2026-03-01&amp;tz=UTC&amp;model=gpt-5"
    to_business = shown(request_, '{% label_url "business" "vet & co" %}')
    assert to_business == f"/dashboard/business/{kept}&amp;business=vet+%26+co"
    to_error = shown(request_, '{% label_url "error" "" %}')
    assert to_error == f"/dashboard/requests/{kept}&amp;error=%28none%29"


def test_forms_keep_what_links_keep(request_):
    inputs = shown(request_, "{% kept_inputs since=None tz=None sort=None %}")
    assert inputs == '<input type="hidden" name="model" value="gpt-5">'
    named = shown(request_, "{% frame_inputs %}").replace('<input type="hidden" ', "")
    assert named == 'name="tz" value="UTC">name="window" value="24h">'


@pytest.mark.parametrize("text", ["x" * 201, "a\x00b"])
def test_texts_are_bounded(text):
    with pytest.raises(BadQuery, match="at most 200"):
        text_of({"q": text}, "q")


@pytest.mark.parametrize("text", ["", "fast", "-1", "NaN", "inf", "11"])
def test_numbers_are_bounded(text):
    with pytest.raises(BadQuery, match="from 0 to 10"):
        number_of("n", text, 10)


def test_a_number_may_be_as_great_as_its_bound():
    assert number_of("n", "10", 10) == 10
    with pytest.raises(BadQuery):
        number_of("n", "10.1", 10)
