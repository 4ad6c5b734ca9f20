"""A real Chromium, driven by Playwright, that remembers what went wrong on its pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.tools import program

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Of axe's rules the ones that another scheme can break.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# The log-in page has the same path in its query.
DASHBOARD = re.compile(r"//[^/]+/dashboard/")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Playwright keeps an event loop running in its thread, which is none of Django's."""
    executable = program("chromium", "google-chrome", package="chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def page_without_errors(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """Fails at the end if the console had an error, or a request failed or was refused."""
    context = browser.new_context(base_url=url, **options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: _note_failure(wrong, request))
    page.on("response", lambda answer: _note(wrong, answer))
    page.set_default_timeout(30_000)
    yield page
    context.close()
    assert not wrong, wrong


def _note(wrong: list[str], answer: Any) -> None:
    if answer.status >= 400:
        wrong.append(f"{answer.status}: {answer.url}")


def _note_failure(wrong: list[str], request: Any) -> None:
    """What is under way when somebody leaves a page is aborted, and so is a download's page."""
    if request.failure != "net::ERR_ABORTED":
        wrong.append(f"{request.failure}: {request.url}")


def log_in(page: Page, name: str = "ada", password: str = "lovelace") -> None:
    page.goto("/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(DASHBOARD)


def violations(page: Page, axe: str) -> list[str]:
    """The serious ones that axe, whose source is given, finds in light, and of colour in dark."""
    page.wait_for_load_state("networkidle")
    page.evaluate(axe)
    found = _violations(page, "light", "axe.run()")
    return found + _violations(page, "dark", f"axe.run({{ runOnly: {OF_COLOUR} }})")


def _violations(page: Page, scheme: Literal["light", "dark"], run: str) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    # The admin's links fade from one colour to the other.
    page.evaluate("document.getAnimations().forEach(animation => animation.finish())")
    return [
        f"{page.url} in {scheme}, {violation['id']}: {node['html'][:120]}"
        for violation in page.evaluate(run)["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
