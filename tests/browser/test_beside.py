"""A request's details beside the list, on a wide screen."""

import re
import time

import pytest
from playwright.sync_api import expect

WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def page(browser, site):
    with site.page(browser, viewport=WIDE) as found:
        found.goto("/dashboard/requests/?window=7d")
        yield found


def row(page, place):
    return page.locator(".row-link").nth(place)


def expect_open(page, place):
    """The row's request is open: in the URL, marked in the list, and shown."""
    key = row(page, place).get_attribute("data-open")
    expect(page).to_have_url(re.compile(f"open={key}$"))
    expect(row(page, place)).to_have_attribute("aria-current", "true")
    moment = row(page, place).locator("time").text_content().split()[-1]
    expect(page.locator("#beside h2").first).to_contain_text(moment)


def expect_closed(page):
    expect(page.locator("#beside")).to_be_hidden()
    assert "open=" not in page.url


def test_a_click_opens_it_without_loading_the_page_and_back_closes_it(page):
    page.evaluate("window.stayed = true")
    page.locator("[data-rows] tbody tr").nth(2).locator("td").first.click()
    expect_open(page, 2)
    row(page, 5).click()
    expect_open(page, 5)
    page.go_back()
    expect_closed(page)
    page.go_forward()
    expect_open(page, 5)
    assert page.evaluate("window.stayed")


def test_the_keyboard_opens_moves_and_closes_it(page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect_closed(page)
    page.keyboard.press("Enter")
    expect_open(page, 1)
    expect(page.locator("#beside")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect_open(page, 2)
    page.keyboard.press("Escape")
    expect_closed(page)
    expect(row(page, 2)).to_be_focused()


def test_a_shared_address_shows_it_and_closes_to_the_list(page):
    key = row(page, 3).get_attribute("data-open")
    page.goto(f"/dashboard/requests/?window=7d&open={key}")
    expect_open(page, 3)
    page.get_by_role("link", name="Close").click()
    expect_closed(page)


def test_the_conversation_is_followed_beside_the_list(page):
    row(page, 0).click()
    page.locator("#beside .timeline a").first.click()
    expect(page.locator("#beside .timeline li").first).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("heading", name="Requests", exact=True)).to_be_visible()


def test_nothing_moves_when_it_opens(page):
    before = [row(page, place).bounding_box() for place in (0, 8)]
    row(page, 8).click()
    expect_open(page, 8)
    assert [row(page, place).bounding_box()["y"] for place in (0, 8)] == [
        box["y"] for box in before
    ]


def late(route):
    time.sleep(0.6)
    route.continue_()


def test_what_came_late_is_readable_at_once(page):
    page.route(re.compile(r"/requests/\d+/"), late)
    row(page, 0).click()
    article = page.locator("#beside article")
    article.wait_for()
    assert article.evaluate("one => getComputedStyle(one.parentElement).opacity") == "1"


def test_its_page_can_be_opened_while_it_is_loading(page):
    page.route(re.compile(r"/requests/\d+/"), late)
    key = row(page, 3).get_attribute("data-open")
    row(page, 3).click()
    link = page.get_by_role("link", name="Open as a page")
    assert f"/requests/{key}/" in link.get_attribute("href")


def test_what_cannot_be_loaded_beside_is_its_page(page):
    page.context.clear_cookies()
    row(page, 0).click()
    expect(page.get_by_label("Username")).to_be_visible()


@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": {"width": 390, "height": 844}}]
)
def test_elsewhere_the_link_is_that_of_the_page(browser, site, options):
    with site.page(browser, **{"viewport": WIDE, **options}) as page:
        page.goto("/dashboard/requests/")
        row(page, 0).click()
        page.wait_for_url(re.compile(r"/dashboard/requests/\d+/"))
        expect(page.get_by_role("heading", name="All fields")).to_be_visible()
