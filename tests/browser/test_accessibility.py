"""axe-core finds no serious violation, in light and in dark."""

import os
from pathlib import Path

import pytest

from tests.browser.chromium import log_in, page_without_errors

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
PAGES = [
    "/dashboard/",
    "/dashboard/?window=1h",
    "/dashboard/requests/",
    "/dashboard/breakdown/?by=business",
    "/dashboard/compare/",
    "/dashboard/costs/?free_hours=yes&awake_hours=100",
    "/admin/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
]


@pytest.fixture(scope="session")
def axe():
    if not AXE.exists() and os.environ.get("CI") == "true":
        pytest.fail("axe-core is missing: npm ci")
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci")
    return AXE.read_text()


def violations(page, axe):
    page.wait_for_load_state("networkidle")
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    return [
        f"{page.url} {violation['id']}: {node['html'][:120]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


# Forms and the frame are the same in the dark; colours are what differs.
@pytest.mark.parametrize(("scheme", "paths"), [("light", PAGES), ("dark", PAGES[:3])])
def test_no_serious_violation(browser, site, axe, scheme, paths):
    # axe adds styles of its own to a page, which our policy would refuse.
    with page_without_errors(browser, site, color_scheme=scheme, bypass_csp=True) as page:
        page.goto("/admin/login/")
        found = violations(page, axe)
        log_in(page)
        for path in paths:
            page.goto(path)
            found += violations(page, axe)
        page.goto("/dashboard/requests/")
        page.locator(".row-link").first.click()
        page.locator("#beside article").wait_for()
        found += violations(page, axe)
        page.get_by_role("link", name="Open as a page").click()
        found += violations(page, axe)
    assert found == []
