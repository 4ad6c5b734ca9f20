from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser

from tests import database
from tests.browser.chromium import chromium
from tracking.store import append

# They start what they test, or look at it from outside: once is enough.
ONCE = ["browser", "clients", "container", "deploy", "lambda_runtime", "stranger"]
collect_ignore = [] if database.POSTGRESQL else ONCE


@pytest.fixture(autouse=True)
def no_known_label_sets() -> None:
    """A test's rollback takes its label sets away; the process must not remember them."""
    append.known_sets.forget()


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    """A test's rollback takes what was found away, too."""
    cache.clear()


@pytest.fixture(autouse=True)
def no_fold_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's ids go on after a rollback: in whose record's turn a fold comes is chance."""
    monkeypatch.setattr(append, "FOLD_EVERY", 10**9)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One at a time: Playwright runs once in a process."""
    with chromium() as found:
        yield found
