"""A real browser on the packaged service: static files, log-in, admin, redirects and CSRF."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chromium import page_without_errors
from tests.database import ADMIN_PASSWORD
from tests.lambda_runtime.emulator.running import Running, running

DEPLOYMENTS = {
    "HTTP API with the stage in its URLs": {"api": "v2"},
    "REST API on a custom domain": {"api": "v1", "custom_domain": True},
}


@pytest.fixture(scope="module", params=[*DEPLOYMENTS.values()], ids=[*DEPLOYMENTS])
def deployed(request, zip_path, service_database) -> Iterator[Running]:
    with running(
        zip_path, service_database, environments=2, wait_seconds=20, **request.param
    ) as service:
        yield service


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def log_in(page: Page, service: Running) -> None:
    page.goto(f"{service.base_url}/admin/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", ADMIN_PASSWORD)
    page.click("[type=submit]")
    page.wait_for_selector("form[action$='/logout/']")


def test_a_visitor_is_redirected_to_the_log_in_below_the_prefix(deployed, page):
    page.goto(f"{deployed.base_url}/admin/")
    assert page.url.startswith(f"{deployed.base_url}/admin/login/?next=")


def test_static_files_are_served(deployed, page):
    answers = []
    page.on("response", lambda answer: answers.append((answer.status, answer.url)))
    page.goto(f"{deployed.base_url}/admin/login/", wait_until="networkidle")
    static = [status for status, url in answers if "/static/" in url]
    assert static
    assert set(static) == {200}
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 0


def test_log_in_leads_to_the_admin_and_out_again(deployed, page):
    log_in(page, deployed)
    assert page.url == f"{deployed.base_url}/admin/"
    page.click("form[action$='/logout/'] button")
    page.wait_for_url("**/admin/logout/")
    page.goto(f"{deployed.base_url}/admin/")
    assert "/admin/login/" in page.url


def test_a_user_is_made_in_the_admin(deployed, page):
    log_in(page, deployed)
    page.goto(f"{deployed.base_url}/admin/auth/user/add/")
    name = f"user{abs(hash(deployed.base_url))}"
    page.fill("input[name=username]", name)
    page.fill("input[name=password1]", ADMIN_PASSWORD)
    page.fill("input[name=password2]", ADMIN_PASSWORD)
    page.click("input[name=_save]")
    page.wait_for_selector(".messagelist .success")
    assert page.url.startswith(f"{deployed.base_url}/admin/auth/user/")


def test_a_form_without_its_csrf_token_is_refused(deployed, page):
    page.goto(f"{deployed.base_url}/admin/login/")
    page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", ADMIN_PASSWORD)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.click("[type=submit]")
    assert answer.value.status == 403


def test_the_overview_is_shown_without_an_error(deployed, browser):
    with page_without_errors(browser, deployed.base_url) as page:
        log_in(page, deployed)
        page.goto(f"{deployed.base_url}/dashboard/")
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
