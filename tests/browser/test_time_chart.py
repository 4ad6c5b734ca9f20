"""The overview's large chart: what a pointer reads from it."""

import re

from playwright.sync_api import expect

from tests.browser.chromium import log_in


def test_either_half_of_a_bar_reads_that_bar(page):
    log_in(page)
    plot = page.locator("#time-chart .u-over")
    box = plot.bounding_box()
    width = box["width"] / 24
    read = page.locator("#time-chart .u-legend .u-series").first
    for half in (0.2, 0.7):
        plot.hover(position={"x": (5 + half) * width, "y": box["height"] / 2})
        expect(read).to_contain_text(page.locator("[data-numbers] th").nth(9 + 5).text_content())


def test_the_chosen_chart_stands_in_the_url_and_stays(page):
    log_in(page)
    page.get_by_role("button", name="Latency").click()
    expect(page).to_have_url(re.compile("chart=latency"))
    page.reload()
    expect(page.get_by_role("button", name="Latency")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="7d", exact=True).click()
    expect(page).to_have_url(re.compile("window=7d.*chart=latency|chart=latency.*window=7d"))
    expect(page.get_by_role("button", name="Latency")).to_have_attribute("aria-pressed", "true")


def test_another_zone_can_be_chosen(page):
    log_in(page)
    page.get_by_label("Time zone").select_option("America/St_Johns")
    expect(page).to_have_url(re.compile("tz=America%2FSt_Johns"))
    expect(page.get_by_label("Time zone")).to_have_value("America/St_Johns")
    page.get_by_role("link", name="Breakdown").click()
    expect(page.get_by_label("Time zone")).to_have_value("America/St_Johns")


def test_last_month_is_two_clicks_away(page):
    log_in(page)
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Last month").click()
    expect(page.locator("details.custom summary")).to_have_text("Last month")
    expect(page.locator(".window-line")).to_contain_text(re.compile(r"(28|29|30|31) days"))
