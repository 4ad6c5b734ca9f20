"""The links around every page: what they keep, and who gets them."""

import pytest
from django.contrib.auth import get_user_model

from tests.build import record, store_records
from tracking.models import AIRequest


def links_of(answer):
    return {page.word: page.url for page in answer.context["navigation"]}


@pytest.mark.parametrize(
    "page", ["", "requests/", "breakdown/", "compare/", "costs/", "deployments/"]
)
def test_window_zone_and_filter_are_kept_from_page_to_page(admin, page):
    query = {"window": "7d", "tz": "Asia/Kolkata", "model": "gpt-5", "sort": "slowest"}
    links = links_of(admin.get(f"/dashboard/{page}", query, follow=True))
    kept = "?window=7d&tz=Asia%2FKolkata&model=gpt-5"
    assert links.pop("Administration") == "/admin/"
    assert all(url.endswith(f"/{kept}") for url in links.values())


def test_a_deployment_of_requests_is_none_that_is_paid_for(admin):
    query = {"deployment": "vercel", "business": "clinic"}
    assert links_of(admin.get("/dashboard/", query))["Hosting costs"].endswith("?business=clinic")
    costs = admin.get("/dashboard/costs/", {"deployment": "(none)", "business": "clinic"})
    assert links_of(costs)["Overview"] == "/dashboard/?business=clinic"
    assert not costs.context["chips"]


def test_nothing_to_keep_leaves_an_address_as_it_is(admin):
    page = admin.get("/dashboard/costs/", {"requests_per_day": 9})
    assert page.context["navigation"][0].url == "/dashboard/"


def test_the_page_that_is_shown_is_marked_also_below_it(admin):
    store_records([record()])
    below = f"/dashboard/requests/{AIRequest.objects.get().pk}/"
    links = admin.get(below).context["navigation"]
    assert [link.word for link in links if link.current] == ["Requests"]


def test_without_the_permission_no_page_is_offered(client, db):
    client.force_login(get_user_model().objects.create_user("sam", is_staff=True))
    assert [page.word for page in client.get("/admin/").context["navigation"]] == ["Administration"]


def test_another_window_and_a_removed_filter_begin_at_the_first_page(admin):
    query = {"model": "gpt-5", "after": "2026-01-01T00:00:00+00:00_1"}
    answer = admin.get("/dashboard/requests/", query)
    form = answer.content.decode().partition("custom-form")[2].partition("<label>")[0]
    assert form.count("<input") == form.count('name="model" value="gpt-5"') == 1
    assert [chip.without for chip in answer.context["chips"]] == ["?"]
