"""The links around every page: what they keep, and who gets them."""

from django.contrib.auth import get_user_model

from tests.build import record, store_records
from tracking.models import AIRequest


def test_the_window_and_its_zone_are_kept_from_page_to_page(admin):
    query = {"window": "7d", "tz": "Asia/Kolkata", "model": "gpt-5"}
    links = {page.word: page.url for page in admin.get("/dashboard/", query).context["navigation"]}
    assert links["Costs"] == "/dashboard/costs/?window=7d&tz=Asia%2FKolkata"
    assert links["Administration"] == "/admin/"


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
