"""Both formats of `/metrics`: negotiated, and accepted by `promtool check metrics`."""

import subprocess

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.blackbox.load import payloads
from tests.tools import program
from tests.tracking.api.posting import post

pytestmark = pytest.mark.django_db
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
COUNTERS = {
    *("ai_requests_total", "ai_request_failures_total", "ai_label_values_folded_total"),
    *("ai_tokens_used_total", "ai_input_tokens_total", "ai_output_tokens_total"),
    *("ai_api_cost_usd_total", "appointments_requested_total", "appointments_booked_total"),
    *("human_handoffs_total", "ai_ignored_fields_total", "ai_request_outcomes_total"),
}


@pytest.fixture
def scrape(client):
    post(client, {"records": payloads(50, seed=3)}, "/track/batch")
    return lambda accept: client.get("/metrics", headers={"Accept": accept})


def promtool(text: str) -> set[str]:
    """Its complaints; fails where the text can't be read."""
    command = [program("promtool", package="prometheus"), "check", "metrics"]
    run = subprocess.run(command, input=text, capture_output=True, text=True)
    assert run.returncode in (0, 3), run.stderr
    return {*run.stdout.splitlines(), *run.stderr.splitlines()} - {""}


@pytest.mark.parametrize("accept", ["", "*/*", "text/plain", "text/html", "text/plain;version=9"])
def test_the_text_format_is_the_answer_to_whoever_asks_for_nothing_else(scrape, accept):
    answer = scrape(accept)
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert b"# EOF" not in answer.content


@pytest.mark.parametrize("accept", [OPENMETRICS, f"{OPENMETRICS};q=0.8, text/plain;q=0.5"])
def test_openmetrics_is_the_answer_to_whoever_asks_for_it(scrape, accept):
    answer = scrape(accept)
    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.content.endswith(b"# EOF\n")


def test_promtool_has_nothing_against_the_text_format(scrape):
    assert promtool(scrape("text/plain").content.decode()) == set()


def test_promtool_reads_openmetrics(scrape):
    """It knows the text format alone: no type `info`, and no help but under a sample's own name."""
    text = scrape(OPENMETRICS).content.decode().replace("# TYPE ai_system info", "")
    complaints = {f"{name} no help text" for name in (*COUNTERS, "ai_system_info")}
    assert promtool(text) == complaints


def test_the_openmetrics_parser_reads_every_family(scrape):
    text = scrape(OPENMETRICS).content.decode()
    counters = {f.name for f in text_string_to_metric_families(text) if f.type == "counter"}
    assert counters == {name.removesuffix("_total") for name in COUNTERS}
