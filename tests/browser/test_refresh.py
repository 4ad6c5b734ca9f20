"""A page says whether it is up to date, and keeps itself so."""

import re

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.chromium import log_in
from tests.build import payload

MINUTE = 60_000


@pytest.fixture
def live(page):
    """The overview of all that is stored; its clock goes on when it is told to."""
    page.clock.install()
    log_in(page)
    page.goto("/dashboard/?window=30d")
    expect(page.locator(".refresh")).to_have_text("Live")
    return page


def requests_shown(page):
    return page.locator(".card .figure").first


@pytest.fixture
def one_more(site):
    """Lets a request arrive, and answers what a refresh will show."""

    def arrive(page):
        before = int(requests_shown(page).text_content().replace(",", ""))
        requests.post(f"{site.url}/track", json=payload(), timeout=30).raise_for_status()
        return f"{before + 1:,}"

    return arrive


def test_it_says_when_it_was_updated(live):
    expect(live.locator("[data-updated]")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))


def test_it_says_that_the_browser_is_offline_until_it_is_back(live, one_more):
    live.context.set_offline(True)
    expect(live.locator(".refresh")).to_have_text("Offline")
    more = one_more(live)
    live.context.set_offline(False)
    expect(live.locator(".refresh")).to_have_text("Live")
    expect(requests_shown(live)).to_have_text(more)


def test_a_page_left_alone_says_since_when_it_is_stale(live):
    stated = live.locator("[data-updated]").text_content()
    live.clock.run_for(1000)
    live.evaluate("document.querySelector('#content').append(document.createElement('input'))")
    live.locator("#content > input").focus()
    live.clock.run_for(2 * MINUTE)
    expect(live.locator(".refresh")).to_have_text(f"Stale since {stated}")


def test_after_ten_idle_minutes_it_stops_and_goes_on_when_touched(live, one_more):
    live.clock.fast_forward(11 * MINUTE)
    live.clock.run_for(MINUTE)
    expect(live.locator(".refresh")).to_have_text(re.compile("Stale since"))
    more = one_more(live)
    live.mouse.move(300, 300)
    expect(requests_shown(live)).to_have_text(more)
    expect(live.locator(".refresh")).to_have_text("Live")


def test_a_screen_on_the_wall_goes_on(live, one_more):
    live.locator(".refresh").click()
    expect(live.locator(".refresh")).to_have_text("Always live")
    live.clock.fast_forward(11 * MINUTE)
    more = one_more(live)
    live.clock.run_for(MINUTE)
    expect(requests_shown(live)).to_have_text(more)
    expect(live.locator(".refresh")).to_have_text("Always live")


def test_who_was_logged_out_is_told_to_log_in_again(live):
    live.context.clear_cookies(name="sessionid")
    live.clock.run_for(MINUTE)
    expect(live.locator(".refresh")).to_have_text("Log in again")
    live.locator(".refresh").click()
    expect(live.get_by_label("Username")).to_be_visible()


def test_an_open_fold_stays_open_and_is_refreshed(live, one_more):
    live.get_by_text("Show numbers").click()
    more = one_more(live)
    live.clock.run_for(MINUTE)
    expect(requests_shown(live)).to_have_text(more)
    expect(live.locator("details.numbers")).to_have_attribute("open", "")
