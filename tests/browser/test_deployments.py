"""The page of deployments in a real browser: its charts draw, for everybody and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import violations

PAGE = "/dashboard/deployments/?window=7d"


@pytest.fixture
def page(browser, site):
    with site.page(browser) as found:
        yield found


def test_the_charts_draw(page):
    page.goto(PAGE)
    for chart in ("latency-over-time", "cold-over-time", "ecdf-chart"):
        expect(page.locator(f"#{chart} canvas")).to_be_visible()
    expect(page.locator("#cold-over-time .u-label")).to_have_text(
        ["From", "lambda", "lambda reported"]
    )
    assert page.locator(".box rect").count() == 4
    page.get_by_role("button", name="p95").click()
    expect(page.get_by_role("button", name="p95")).to_have_attribute("aria-pressed", "true")
    page.get_by_text("Show numbers over time").click()
    expect(page.get_by_role("region", name="Numbers of lambda over time")).to_be_visible()


def test_a_range_dragged_over_time_becomes_the_window(page):
    page.goto(PAGE)
    page.locator("#cold-over-time").scroll_into_view_if_needed()
    box = page.locator("#cold-over-time .u-over").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=5)
    page.mouse.up()
    page.wait_for_url("**since=**")
    expect(page.locator("#latency-over-time canvas")).to_be_visible()


def test_charts_without_figures_say_why(page):
    page.goto("/dashboard/deployments/?window=1h")
    expect(page.locator("#latency-over-time")).to_have_text(re.compile("Nothing to draw"))


def test_no_serious_violation(browser, site, axe):
    # axe adds styles of its own to a page, which our policy would refuse.
    with site.page(browser, bypass_csp=True) as page:
        page.goto(PAGE)
        for summary in page.locator("summary:has-text('Show numbers')").all():
            summary.click()
        assert violations(page, axe) == []


def test_a_phone_scrolls_in_one_direction(browser, site):
    with site.page(browser, viewport={"width": 390, "height": 844}) as page:
        page.goto(PAGE)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
