"""On paper: a report without what only a screen can do, in light colours."""

import pytest
from playwright.sync_api import expect

PATHS = ["", "requests/", "breakdown/", "compare/"]
WHITE = "rgb(255, 255, 255)"


@pytest.fixture
def page(browser, site):
    with site.page(browser, color_scheme="dark") as found:
        found.goto("/dashboard/")
        yield found


def expect_a_report(page):
    page.emulate_media(media="print")
    expect(page.locator("button, nav, form, summary").filter(visible=True)).to_have_count(0)
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == WHITE


@pytest.mark.parametrize("path", PATHS)
def test_a_page_prints_as_a_report_of_its_window(page, path):
    page.goto(f"/dashboard/{path}?window=7d")
    expect_a_report(page)
    expect(page.locator(".window-line time").first).to_be_visible()
    expect(page.locator(".zone")).to_be_visible()


def test_a_request_prints_as_a_report(page):
    page.goto("/dashboard/requests/")
    page.locator(".row-link").first.click()
    page.get_by_role("link", name="Open as a page").click()
    expect_a_report(page)
    expect(page.locator(".zone")).to_be_visible()


def test_a_chart_is_drawn_for_paper_and_then_for_the_screen_again(page):
    chart = page.locator("#time-chart .uplot")
    on_screen = chart.bounding_box()["width"]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(chart).to_have_css("width", "660px")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(17, 20, 21)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(chart).to_have_css("width", f"{on_screen:g}px")
