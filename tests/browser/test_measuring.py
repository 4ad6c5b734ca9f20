"""An administrator measures two deployments from the dashboard, then looks at what they cost."""

import re

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from deployments.measuring.browser_runs import start_run, take_sample
from deployments.measuring.rounds import Plan
from deployments.models import Deployment, LatencyRun
from tests.browser.chromium import log_in, page_without_errors, violations
from tests.deployments.measuring.servers import serve

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def saved(live_server, transactional_db):
    """An administrator, and two deployments of which one is slower."""
    get_user_model().objects.create_superuser("ada", password="lovelace")
    with serve() as quick, serve(delay_seconds=0.06) as slow:
        ec2 = Deployment.objects.create(name="ec2", kind="container", base_url=quick)
        yield [ec2, Deployment.objects.create(name="lambda", kind="lambda", base_url=slow)]


@pytest.fixture
def page(browser, live_server, saved):
    with page_without_errors(browser, live_server.url) as page:
        log_in(page)
        yield page


def begun(saved, samples=12, taken=0):
    run = start_run(saved, "/health", Plan(samples=samples, new_connections=True))
    for _ in range(taken):
        take_sample(run, private_allowed=True)
    return run


def advanced(bar, to):
    """How far it is when it has come so far, seen at every step."""
    seen = [0]
    while seen[-1] < to:
        seen.append(int(bar.get_attribute("value")))
    assert seen == sorted(seen)
    return seen[-1]


def test_a_comparison_from_the_log_in_to_the_verdict_and_the_costs(page):
    page.get_by_role("link", name="Deployments").click()
    for name in ("ec2", "lambda"):
        page.get_by_label(name).check()
    page.get_by_label("Calls of each").fill("30")
    page.get_by_role("button", name="Start").click()

    page.wait_for_url(re.compile(r"/dashboard/runs/\d+/$"))
    expect(page.get_by_text("Measuring.")).to_be_visible()
    bar = page.get_by_role("progressbar")
    assert advanced(bar, to=6) < 60
    expect(page.get_by_text("Finished after 60 calls.")).to_be_visible(timeout=30_000)
    said = page.locator(".verdict").first
    expect(said).to_contain_text(re.compile(r"lambda warm is \d+ to \d+ ms slower than ec2"))
    expect(page.locator("#ecdf-chart canvas")).to_be_visible()

    page.get_by_role("link", name="Hosting costs").click()
    page.wait_for_selector("#cost-chart canvas")
    page.locator("[data-for=requests_per_day]").press("End")
    expect(page).to_have_url(re.compile("requests_per_day=100000000"))
    page.goto(page.url)
    expect(page.locator(".verdict")).to_contain_text("At 100\u202fM requests")


def test_a_stopped_run_keeps_what_was_measured(page, saved):
    page.goto(f"/dashboard/runs/{begun(saved, samples=200).pk}/#start")
    advanced(page.get_by_role("progressbar"), to=4)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped by ada.")).to_be_visible(timeout=30_000)
    run = LatencyRun.objects.get()
    assert not run.open and 3 < run.samples.count() < 400


def test_a_run_goes_on_only_when_asked_and_where_it_was(page, saved):
    page.goto(f"/dashboard/runs/{begun(saved, taken=9).pk}/")
    expect(page.get_by_role("heading", name="9 of 24 calls")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Finished after 24 calls.")).to_be_visible(timeout=30_000)


def test_two_tabs_share_one_run(page, saved):
    run = begun(saved)
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"/dashboard/runs/{run.pk}/#start")
    for tab in (page, other):
        expect(tab.get_by_text("Finished after 24 calls.")).to_be_visible(timeout=30_000)
    assert run.samples.count() == 24


def test_a_server_that_went_away_pauses_the_run(browser, live_server, saved):
    run = begun(saved)
    with page_without_errors(browser, live_server.url) as page:
        log_in(page)
        page.goto(f"/dashboard/runs/{run.pk}/")
        page.route("**/sample", lambda route: route.abort("aborted"))
        page.clock.install()
        page.get_by_role("button", name="Continue").click()
        for _ in range(20):
            page.clock.run_for(1_000)
        expect(page.get_by_text("Paused: the server does not answer")).to_be_visible()
        expect(page.get_by_role("button", name="Continue")).to_be_visible()


def test_without_javascript_the_page_says_so(browser, live_server, saved):
    run = begun(saved, taken=3)
    with page_without_errors(browser, live_server.url, java_script_enabled=False) as page:
        log_in(page)
        page.goto(f"/dashboard/runs/{run.pk}/")
        expect(page.get_by_text("To go on, this page needs JavaScript")).to_be_visible()
        expect(page.get_by_role("heading", name="3 of 24 calls")).to_be_visible()


def test_no_serious_violation(browser, live_server, saved, axe):
    unfinished, finished = begun(saved, taken=3), begun(saved, samples=6, taken=12)
    with page_without_errors(browser, live_server.url, bypass_csp=True) as page:
        log_in(page)
        found = []
        paths = [f"runs/{run.pk}/" for run in (unfinished, finished)]
        for path in [*paths, "deployments/?measure=1#measure"]:
            page.goto(f"/dashboard/{path}")
            found += violations(page, axe)
    assert found == []
