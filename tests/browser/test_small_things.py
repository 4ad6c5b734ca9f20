"""What a person stumbles over: on a phone, in the admin, at the log-in."""

import re

from tests.browser.chromium import log_in


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
