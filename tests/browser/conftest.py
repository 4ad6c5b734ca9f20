"""Tests that only look share one running service, which is filled once."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from tests.blackbox.service import running_service
from tests.browser.chromium import page_without_errors
from tests.database import manage, migrated_database
from tests.tools import missing

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
FILL = "from tests.browser.filling import fill; fill()"


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        missing("axe-core is missing: npm ci")
    return AXE.read_text()


class Site(NamedTuple):
    """A running service, and a cookie of the administrator `ada`."""

    url: str
    cookie: dict[str, Any]

    def page(self, browser: Browser, **options: Any) -> AbstractContextManager[Page]:
        """One in which she is logged in; options are those of Playwright's contexts."""
        state = {"cookies": [self.cookie]}
        return page_without_errors(browser, self.url, storage_state=state, **options)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with migrated_database() as database_url:
        key = manage(database_url, "shell", "--no-imports", "--command", FILL).strip()
        cookie = {"name": "sessionid", "value": key, "domain": "127.0.0.1", "path": "/"}
        with running_service(database_url, WEB_CONCURRENCY="1") as url:
            yield Site(url, cookie)


@pytest.fixture
def page(browser, site) -> Iterator[Page]:
    """Where nobody is logged in."""
    with page_without_errors(browser, site.url, timezone_id="Asia/Kolkata") as found:
        yield found


@pytest.fixture
def adas_page(browser, site) -> Iterator[Page]:
    with site.page(browser) as found:
        found.goto("/dashboard/")
        yield found
