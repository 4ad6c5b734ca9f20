"""A person's way through the pages, on a real Chromium."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DASHBOARD, log_in


def test_a_walk_from_log_in_to_log_out(page, tmp_path):
    log_in(page)
    expect(page.locator(".verdict")).to_contain_text("All well")
    expect(page.get_by_label("Time zone")).to_have_value(re.compile("Asia/(Kolkata|Calcutta)"))
    expect(page.locator("#time-chart canvas")).to_be_visible()

    page.get_by_role("link", name="7d", exact=True).click()
    expect(page).to_have_url(re.compile("window=7d"))
    for kind in ("Latency", "Tokens", "Cost"):
        page.get_by_role("button", name=kind).click()
        expect(page.get_by_role("button", name=kind)).to_have_attribute("aria-pressed", "true")

    page.locator(".top-list").last.get_by_role("link", name="vet").click()
    expect(page.get_by_role("heading", name="Business vet")).to_be_visible()
    expect(page.locator("#time-chart canvas")).to_be_visible()
    page.locator(".links").get_by_role("link", name="Requests").click()
    expect(page.get_by_label("Filters").get_by_text("vet")).to_be_visible()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Failed only").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("failed: timeout").first).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "requests.csv")
    rows = list(csv.DictReader((tmp_path / "requests.csv").read_text().splitlines()))
    assert len(rows) == page.locator("[data-rows] tbody tr").count() == 8

    page.locator(".row-link").first.click()
    expect(page.get_by_role("heading", name="Conversation")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("failed=1"))

    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#ecdf-chart canvas")).to_be_visible()
    first = page.locator(".verdict").text_content()
    page.get_by_role("link", name="Swap A and B").click()
    expect(page.locator(".verdict")).not_to_have_text(first)

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Logged out")).to_be_visible()


def tab_to(page, word):
    """Presses Tab until a link of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator("a:focus").filter(has_text=re.compile(f"^{word}$")).count():
            return
    pytest.fail(f"Tab does not reach the link {word}.")


def test_the_keyboard_alone_finds_a_request(page):
    page.goto("/")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("ada")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("lovelace")
    page.keyboard.press("Enter")
    page.wait_for_url(DASHBOARD)
    tab_to(page, "Requests")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/**")
    page.keyboard.press("/")
    page.keyboard.type("talk-1")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=talk-1**")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline li")).to_have_count(2)


def test_the_numbers_of_the_chart_are_a_table(adas_page):
    adas_page.get_by_text("Show numbers").click()
    expect(adas_page.locator("[data-numbers] tbody tr")).to_have_count(24)


def test_a_dragged_range_becomes_the_window(adas_page):
    box = adas_page.locator("#time-chart .u-over").bounding_box()
    middle = box["y"] + box["height"] / 2
    adas_page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    adas_page.mouse.down()
    adas_page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    adas_page.mouse.up()
    adas_page.wait_for_url("**since=**")
    expect(adas_page.locator(".figure").first).not_to_have_text("0")


def test_refreshing_can_be_paused(adas_page):
    button = adas_page.locator(".refresh")
    button.click(click_count=2)
    expect(button).to_have_text("Paused")
    adas_page.reload()
    expect(button).to_have_text("Paused")


def test_the_theme_can_be_chosen(adas_page):
    adas_page.locator(".theme-toggle").click()
    assert adas_page.evaluate("document.documentElement.dataset.theme") in ("light", "dark")


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/",
        "/dashboard/requests/",
        "/dashboard/breakdown/",
        "/dashboard/business/?business=vet",
        "/dashboard/spend/",
        "/dashboard/compare/",
        "/dashboard/costs/",
    ],
)
def test_a_phone_scrolls_in_one_direction(browser, site, path):
    with site.page(browser, viewport={"width": 390, "height": 844}) as page:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Menu").click()
        expect(page.get_by_role("link", name="Breakdown")).to_be_visible()
