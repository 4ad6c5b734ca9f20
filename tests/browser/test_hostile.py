"""No text that a client, a measured service or a URL gives runs as a script in a real Chromium."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model

from dashboard.frame.scope import LABELS
from deployments.models import Deployment, LatencyRun
from tests.browser.chromium import log_in, page_without_errors
from tests.build import record, store_records
from tests.measurements import deployment, measured
from tracking.models import AIRequest

SCRIPTS = [
    "<script>window.ran=1</script>",
    '"><img src="x" onerror="window.ran=1">',
    "'><svg onload='window.ran=1'></svg>",
    "</script><script>window.ran=1</script>",
    "javascript:window.ran=1",
]
TEXTS = [
    *("business_id", "conversation_id", "session_id", "provider_name", "request_model"),
    *("operation_name", "response_type", "intent", "error_type", "deployment"),
]
PAGES = [
    *("/dashboard/", "/dashboard/?window=1h", "/dashboard/requests/", "/dashboard/breakdown/"),
    *(
        "/dashboard/breakdown/?by=business",
        "/dashboard/compare/",
        "/dashboard/compare/?of=business",
    ),
    *("/dashboard/costs/", "/dashboard/deployments/", "/dashboard/runs/"),
    *("/admin/deployments/deployment/", "/admin/deployments/latencyrun/", "/nowhere"),
]
PARAMETERS = ["q", "a", "path", "sort", "after", "by", "window"]
EVERY_SCRIPT = "".join(SCRIPTS)


@pytest.fixture
def url(live_server, transactional_db):
    get_user_model().objects.create_superuser("ada", password="lovelace")
    store_records(
        [
            record(**dict.fromkeys(TEXTS, script), request_id=script, metadata={script: script})
            for script in SCRIPTS
        ]
    )
    for number, script in enumerate(SCRIPTS):
        name = f"measured-{number}"
        deployment(
            name, base_url="http://127.0.0.1:9", region=script[:32], instance_type=script[:32]
        )
        measured(name, [10, 20], path=f"/{script}", error_type=script)
    LatencyRun.objects.update(interruption=" ".join(SCRIPTS))
    return live_server.url


@pytest.fixture
def page(browser, url):
    """Without the policy that would stop a script: what is told here is that there is none."""
    with page_without_errors(browser, url, bypass_csp=True) as found:
        log_in(found)
        yield found


def check(page, path):
    page.goto(path)
    assert page.evaluate("window.ran") is None, path
    assert page.locator("[onerror], [onload], a[href^='javascript:']").count() == 0, path


def test_no_stored_text_runs_on_any_page(page):
    newest = AIRequest.objects.latest("pk").pk
    paths = [f"/dashboard/requests/{newest}/", f"/dashboard/requests/?open={newest}"]
    paths += [f"/dashboard/runs/{LatencyRun.objects.latest('pk').pk}/"]
    paths += [f"/admin/deployments/deployment/{Deployment.objects.latest('pk').pk}/change/"]
    for path in PAGES[:-1] + paths:
        check(page, path)
        page.wait_for_load_state("networkidle")


def test_no_text_of_a_url_runs_on_any_page(browser, url):
    """Also on those that refuse it, whose status the console tells as an error."""
    context = browser.new_context(base_url=url, bypass_csp=True)
    page = context.new_page()
    log_in(page)
    labels = dict.fromkeys(LABELS, EVERY_SCRIPT)
    for path in PAGES:
        for query in (labels, *({name: EVERY_SCRIPT} for name in PARAMETERS)):
            check(page, f"{path}{'&' if '?' in path else '?'}{urlencode(query)}")
    context.close()
