"""Each kind of event that reaches the handler, through the packaged code."""

import base64
import gzip
import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.build import payload
from tests.lambda_runtime.environment import VARIABLES, Environment
from tests.lambda_runtime.events import (
    HOST,
    KEEP_WARM,
    function_url,
    http_api,
    rest_api,
    scheduled,
)
from tests.tracking.otlp.spans import CHAT, PROTOBUF, as_protobuf, export, span

KINDS = pytest.mark.parametrize("event", [rest_api, http_api, function_url])
PREFIXED = pytest.mark.parametrize("event", [rest_api, http_api])
KEY = VARIABLES["MLOPS_API_KEY"]


def header(answer, name):
    """v1 answers with lists of values, v2 with values; one of them."""
    headers = answer.get("headers") or {
        name: values[-1] for name, values in answer["multiValueHeaders"].items()
    }
    return {key.lower(): value for key, value in headers.items()}.get(name.lower())


def body(answer):
    return base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"]


@KINDS
def test_it_works(warm, event):
    answer = warm.invoke(event("/health"))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["status"] == "healthy"


@KINDS
def test_slashes_doubled_by_the_client_are_one(warm, event):
    assert warm.invoke(event("//health"))["statusCode"] == 200


@PREFIXED
def test_a_redirect_keeps_the_stage(warm, event):
    location = header(warm.invoke(event("/admin/")), "location")
    assert location == "/production/admin/login/?next=/production/admin/"


@PREFIXED
def test_a_custom_domain_has_no_stage(warm, event):
    location = header(warm.invoke(event("/admin/", custom_domain=True)), "location")
    assert location == "/admin/login/?next=/admin/"


@PREFIXED
@pytest.mark.parametrize("custom_domain", [False, True])
def test_a_page_links_static_files_that_are_served(warm, event, custom_domain):
    page = warm.invoke(event("/admin/login/", custom_domain=custom_domain))
    assert "/production/static/admin/css/base.css" in body(page)
    path = ("/production" if custom_domain else "") + "/static/admin/css/base.css"
    assert "--primary" in str(body(warm.invoke(event(path, custom_domain=custom_domain))))


@KINDS
def test_binary_answers_are_base64(warm, event):
    answer = warm.invoke(event("/static/admin/img/icon-yes.svg"))
    assert answer["isBase64Encoded"] is True
    assert body(answer).startswith(b"<svg")


def test_a_cookie_goes_both_ways(warm):
    answer = warm.invoke(http_api("/admin/login/", cookies=["a=1", "b=2"]))
    assert any(cookie.strip().startswith("csrftoken=") for cookie in answer["cookies"])


def test_cookie_headers_of_rest_api_are_joined(warm):
    token = "c" * 32
    cookies = ["a=1", f"csrftoken={token}"]
    headers = {"Cookie": cookies, "X-CSRFToken": [token], "Referer": [f"https://{HOST}/"]}
    event = rest_api("/admin/login/", method="POST", headers=headers, body=b"username=a")
    assert warm.invoke(event)["statusCode"] == 200


@pytest.mark.parametrize(
    "event",
    [
        rest_api("/analytics/a", query={"days": ["no", "7"]}, headers={"X-API-Key": [KEY]}),
        http_api("/analytics/a", query="days=no&days=7", headers={"x-api-key": KEY}),
    ],
)
def test_the_last_of_a_repeated_query_key_counts(warm, event):
    # Valid days come as far as the database, which is away.
    assert warm.invoke(event)["statusCode"] == 503


@KINDS
def test_a_base64_body_is_decoded(connected, event):
    headers = {"X-API-Key": [KEY]} if event is rest_api else {"x-api-key": KEY}
    record = json.dumps(payload(request_id=event.__name__)).encode()
    answer = connected.invoke(event("/track", method="POST", headers=headers, body=record))
    assert json.loads(answer["body"])["request_id"] == event.__name__


@KINDS
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_spans_come_and_are_answered_in_protobuf(connected, event, compress):
    names = {"x-api-key": KEY, "content-type": PROTOBUF}
    headers = {name: [value] for name, value in names.items()} if event is rest_api else names
    sent = compress(as_protobuf(export(span(), span(CHAT | {"gen_ai.request.model": "m" * 101}))))
    answer = connected.invoke(event("/v1/traces", method="POST", headers=headers, body=sent))
    assert (answer["statusCode"], header(answer, "content-type")) == (200, PROTOBUF)
    assert header(answer, "x-spans-stored") == "1"
    said = ExportTraceServiceResponse.FromString(body(answer)).partial_success
    assert said.rejected_spans == 1


def test_openmetrics_is_text(connected):
    headers = {"x-api-key": KEY, "accept": "application/openmetrics-text; version=1.0.0"}
    answer = connected.invoke(http_api("/metrics", headers=headers))
    assert answer["isBase64Encoded"] is False
    assert answer["body"].endswith("# EOF\n")


def test_keep_warm_touches_no_database(cold):
    """It's away: a connection would raise."""
    assert cold.invoke(KEEP_WARM) is None
    assert "Error" not in cold.log


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (KEEP_WARM, "keep_warm"),
        (scheduled("mlops.scheduled.prune_requests"), "scheduled"),
        ({"raw_command": "pass"}, "invoked"),
    ],
)
def test_the_log_tells_who_called(warm, event, kind):
    warm.invoke(event)
    assert warm.log_lines[-1]["event"] == kind
    assert warm.log_lines[-1]["request_id"] == "request-1"


def test_without_retention_the_maintenance_touches_no_database(cold):
    cold.invoke(scheduled("mlops.scheduled.prune_requests"))
    assert "Error" not in cold.log


def test_with_retention_old_requests_are_deleted(task, tmp_path, database_url):
    with Environment(tmp_path, DATABASE_URL=database_url, RETENTION_DAYS="90") as environment:
        environment.invoke(scheduled("mlops.scheduled.prune_requests"))
        assert "Deleted 0 requests" in environment.log


def test_a_management_command_runs(connected):
    assert connected.invoke({"manage": "migrate --check"}) == {}


def test_raw_python_runs(warm):
    warm.invoke({"raw_command": "print('spoken', 6 * 7)"})
    assert "spoken 42" in warm.log


def test_the_packaged_settings_are_in_the_environment(warm):
    names = "ENVIRONMENT STAGE PROJECT STATIC_URL DJANGO_SETTINGS_MODULE"
    warm.invoke({"raw_command": f"import os; print([os.environ[n] for n in '{names}'.split()])"})
    expected = ["production", "production", "mlops-tracking", "/production/static/"]
    assert str([*expected, "mlops.settings"]) in warm.log
