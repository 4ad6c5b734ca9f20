"""What a person stumbles over: on a phone, in the admin, at the log-in."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import log_in


@pytest.fixture
def phone(browser, site):
    size = {"width": 390, "height": 844}
    with site.page(browser, viewport=size, has_touch=True) as page:
        page.goto("/dashboard/")
        yield page


def test_a_tap_on_a_row_opens_its_request(phone):
    phone.goto("/dashboard/requests/")
    phone.locator("[data-rows] tbody td").first.tap()
    expect(phone).to_have_url(re.compile(r"/requests/\d+/"))


def test_lists_of_the_overview_keep_their_first_figure_on_a_phone(phone):
    expect(phone.locator(".top-list td[data-word=Requests]").first).to_be_visible()


def test_the_funnel_takes_less_than_a_screen_of_a_phone(phone):
    assert phone.locator(".funnel").bounding_box()["height"] < 844


def test_every_tab_of_the_breakdown_is_seen_on_a_phone(phone):
    phone.goto("/dashboard/breakdown/")
    tabs = phone.locator(".wide-tabs")
    assert tabs.evaluate("tabs => tabs.scrollWidth <= tabs.clientWidth")


def test_a_message_of_the_admin_leaves_the_breadcrumbs_free(page):
    log_in(page)
    page.goto("/admin/auth/group/add/")
    page.get_by_label("Name:").fill("friends")
    page.get_by_role("button", name="Save", exact=True).click()
    message = page.locator(".messagelist li").bounding_box()
    crumbs = page.locator(".breadcrumbs").bounding_box()
    assert message["y"] >= crumbs["y"] + crumbs["height"]


def test_to_log_in_is_the_primary_button(page):
    page.goto("/admin/login/")
    button = page.get_by_role("button", name="Log in")
    painted = button.evaluate("button => getComputedStyle(button).backgroundColor")
    assert painted == "rgb(11, 114, 133)"


WATCH_PAINTED_TEXT = """
window.painted = [];
const { fillText } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.painted.push(text);
    return fillText.call(this, text, ...place);
};"""


def test_an_axis_of_requests_has_whole_numbers(page):
    page.add_init_script(WATCH_PAINTED_TEXT)
    log_in(page)
    page.goto("/dashboard/?window=1h")
    page.wait_for_function("window.painted.includes('0')")
    numbers = [text for text in page.evaluate("painted") if re.fullmatch(r"[\d.,]+", text)]
    assert not [text for text in numbers if "." in text]


def test_a_command_is_shown_whole_and_can_be_copied(adas_page):
    adas_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    adas_page.goto("/dashboard/deployments/?since=2020-01-01T00:00&until=2020-01-02T00:00")
    command = adas_page.locator("pre[data-copy]").first
    assert command.evaluate("command => command.scrollWidth <= command.clientWidth")
    adas_page.get_by_role("button", name="Copy").first.click()
    expect(adas_page.get_by_role("button", name="Copied")).to_be_visible()
    assert adas_page.evaluate("navigator.clipboard.readText()") == command.text_content()
