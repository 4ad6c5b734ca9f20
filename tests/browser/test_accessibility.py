"""axe-core finds no serious violation, in light and in dark."""

from tests.browser.chromium import log_in, page_without_errors, violations

PAGES = [
    "/dashboard/",
    "/dashboard/?window=1h",
    "/dashboard/requests/",
    "/dashboard/breakdown/?by=business",
    "/dashboard/business/?business=clinic&window=7d",
    "/dashboard/model/?model=gpt-5",
    "/dashboard/spend/?window=7d",
    "/dashboard/compare/",
    "/dashboard/costs/?free_hours=yes&awake_hours=100",
    "/admin/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
]


def test_no_serious_violation(browser, site, axe):
    # axe adds styles of its own to a page, which our policy would refuse.
    with page_without_errors(browser, site.url, bypass_csp=True) as page:
        page.goto("/admin/login/")
        found = violations(page, axe)
        log_in(page)
        for path in PAGES:
            page.goto(path)
            found += violations(page, axe)
        page.goto("/dashboard/requests/")
        page.locator(".row-link").first.click()
        page.locator("#beside article").wait_for()
        found += violations(page, axe)
        page.get_by_role("link", name="Open as a page").click()
        found += violations(page, axe)
    assert found == []
