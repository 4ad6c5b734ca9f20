"""What the gateway knows of a request reaches the WSGI environ."""

import pytest
from apig_wsgi import make_lambda_handler

from mlops.gateway import BehindGateway
from tests.lambda_runtime.events import ADDRESS, http_api, rest_api

KINDS = pytest.mark.parametrize("event", [rest_api, http_api])


def environ_of(event, base_path=None):
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        start_response("204 No Content", [])
        return []

    make_lambda_handler(BehindGateway(application, base_path))(event, None)
    return seen


@KINDS
def test_the_client_address_is_the_one_that_the_gateway_saw(event):
    forged = {"X-Forwarded-For": "198.51.100.9" if event is http_api else ["198.51.100.9"]}
    assert environ_of(event(headers=forged))["REMOTE_ADDR"] == ADDRESS


@KINDS
def test_a_stage_is_the_script_name(event):
    environ = environ_of(event("/production-notes", stage="production"))
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/production", "/production-notes")


@pytest.mark.parametrize("event", [rest_api("/"), http_api("/"), http_api("")])
def test_the_stage_alone_is_the_root(event):
    environ = environ_of(event)
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/production", "/")


@KINDS
def test_a_base_path_is_the_script_name(event):
    environ = environ_of(event("/tracking/health", custom_domain=True), base_path="tracking")
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/tracking", "/health")


def test_cookie_headers_are_one():
    environ = environ_of(rest_api(headers={"Cookie": ["a=1", "b=2"]}))
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
