"""A page says whether it is up to date, and keeps itself so."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import log_in
from tests.build import record, store_records

MINUTE = 60_000


@pytest.fixture
def live(page):
    """The overview; its clock goes on when it is told to."""
    page.clock.install()
    log_in(page)
    expect(page.locator(".refresh")).to_have_text("Live")
    return page


def requests_shown(page):
    return page.locator(".card .figure").first


def one_more_arrives(page):
    """What a refresh will show."""
    before = int(requests_shown(page).text_content())
    store_records([record()])
    return str(before + 1)


def test_it_says_when_it_was_updated(live):
    expect(live.locator("[data-updated]")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))


def test_a_page_left_alone_says_since_when_it_is_stale(live):
    stated = live.locator("[data-updated]").text_content()
    live.clock.run_for(1000)
    live.evaluate("document.querySelector('#content').append(document.createElement('input'))")
    live.locator("#content > input").focus()
    live.clock.run_for(2 * MINUTE)
    expect(live.locator(".refresh")).to_have_text(f"Stale since {stated}")


def test_who_was_logged_out_is_told_to_log_in_again(live):
    live.context.clear_cookies(name="sessionid")
    live.clock.run_for(MINUTE)
    expect(live.locator(".refresh")).to_have_text("Log in again")
    live.locator(".refresh").click()
    expect(live.get_by_label("Username")).to_be_visible()
