"""The overview's large chart: what a pointer reads from it."""

from playwright.sync_api import expect

from tests.browser.chromium import log_in


def test_either_half_of_a_bar_reads_that_bar(page):
    log_in(page)
    box = page.locator("#time-chart .u-over").bounding_box()
    width = box["width"] / 24
    read = page.locator("#time-chart .u-legend .u-series").first
    for half in (0.2, 0.7):
        page.mouse.move(box["x"] + (5 + half) * width, box["y"] + box["height"] / 2)
        expect(read).to_contain_text(page.locator("[data-numbers] th").nth(9 + 5).text_content())
