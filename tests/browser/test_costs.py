"""The cost page in a real browser: a slider recalculates, the URL keeps it, others see the same."""

import re

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from deployments.models import Deployment
from tests.browser.chromium import log_in, page_without_errors


@pytest.fixture
def page(browser, live_server, transactional_db):
    get_user_model().objects.create_superuser("ada", password="lovelace")
    with page_without_errors(browser, live_server.url) as page:
        log_in(page)
        page.goto("/dashboard/costs/")
        page.wait_for_selector("#cost-chart canvas")
        yield page


def most_requests(page):
    slider = page.locator("[data-for=requests_per_day]")
    slider.focus()
    slider.press("End")
    expect(page.locator(".verdict")).to_contain_text("At 100\u202fM requests")


def test_a_slider_recalculates_and_the_url_can_be_shared(page):
    assert "At 1,000 requests a day Lambda is cheaper" in page.inner_text(".verdict")
    most_requests(page)
    said = page.inner_text(".verdict")
    assert "a container is cheaper" in said
    assert "requests_per_day=100000000" in page.url
    page.click("text=7d")
    page.wait_for_url("**window=7d**")
    assert page.inner_text(".verdict") == said
    assert page.input_value("#cost-form [name=requests_per_day]") == "100000000"


def test_the_url_holds_only_what_was_changed(page):
    page.select_option("[name=gateway]", "rest_api")
    expect(page).to_have_url(re.compile(r"/costs/\?gateway=rest_api&window=24h$"))
    assert "memory_mb" not in page.url and "lambda_requests" not in page.url
    expect(page.locator("#cost-bills")).to_contain_text("API Gateway")


def test_a_change_is_taken_back_with_one_click(page):
    before = page.inner_text(".verdict")
    most_requests(page)
    page.click("[data-reset=requests_per_day]")
    expect(page.locator(".verdict")).to_have_text(before)
    expect(page.locator("[data-reset=requests_per_day]")).to_be_hidden()
    assert "requests_per_day" not in page.url


def test_back_leaves_the_page_and_forward_brings_the_inputs_again(page):
    most_requests(page)
    page.get_by_role("link", name="Overview").click()
    page.wait_for_url(re.compile(r"/dashboard/(\?.*)?$"))
    page.go_back()
    expect(page.locator(".verdict")).to_contain_text("At 100\u202fM requests")
    expect(page.get_by_label("Requests a day", exact=True)).to_have_value("100000000")
    page.go_back()
    expect(page).not_to_have_url(re.compile("/costs/"))


def test_a_price_is_changed_where_its_source_stands(page):
    page.get_by_text("Every price, with its date and source").click()
    page.fill("[name=http_api_requests]", "50")
    expect(page).to_have_url(re.compile("http_api_requests=50"))
    page.get_by_label("Price of API Gateway").click()
    expect(page.locator("#cost-bills")).to_contain_text("$50 a million requests, changed from $1")


def test_what_can_not_be_is_not_asked_for(page):
    page.fill("[name=memory_mb]", "64")
    page.keyboard.press("Tab")
    assert "memory_mb" not in page.url
    assert "At 1,000 requests a day" in page.inner_text(".verdict")


def test_another_deployment_brings_its_inputs(page):
    for name, memory_mb in (("small", 128), ("large", 3_008)):
        Deployment.objects.create(name=name, kind="lambda", memory_mb=memory_mb)
    page.reload()
    page.select_option("[name=deployment]", "large")
    page.wait_for_url("**deployment=large**")
    expect(page.get_by_label("Memory in MB", exact=True)).to_have_value("3008")
