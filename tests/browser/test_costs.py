"""The cost page in a real browser: a slider recalculates, the URL keeps it, others see the same."""

import pytest
from django.contrib.auth import get_user_model

from tests.browser.chromium import log_in, page_without_errors


@pytest.fixture
def page(browser, live_server, transactional_db):
    get_user_model().objects.create_superuser("ada", password="lovelace")
    with page_without_errors(browser, live_server.url) as page:
        log_in(page)
        page.goto("/dashboard/costs/")
        page.wait_for_selector("#cost-chart canvas")
        yield page


def test_a_slider_recalculates_and_the_url_can_be_shared(page):
    assert "At 1,000 requests a day Lambda is cheaper" in page.inner_text(".verdict")
    slider = page.locator("[data-for=requests_per_day]")
    slider.focus()
    slider.press("End")
    page.wait_for_selector(".verdict:has-text('At 100,000,000 requests')")
    said = page.inner_text(".verdict")
    assert "a container is cheaper" in said
    assert "requests_per_day=100000000" in page.url
    page.click("text=7d")
    page.wait_for_url("**window=7d**")
    assert page.inner_text(".verdict") == said
    assert page.input_value("#cost-form [name=requests_per_day]") == "100000000"
