"""The HTTP API's template, which moto can't build: linted as CloudFormation would read it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from cfnlint.api import lint_all

from tests.lambda_runtime.package import ROOT, ZAPPA

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:mlops-tracking-production"
ROLE = "arn:aws:iam::123456789012:role/mlops-tracking-production"


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> str:
    output: Path = tmp_path_factory.mktemp("template") / "template.json"
    arguments = ["--lambda-arn", FUNCTION, "--role-arn", ROLE, "--output", str(output)]
    region = {"AWS_DEFAULT_REGION": "us-east-1"}
    command = [ZAPPA, "template", "production", *arguments]
    subprocess.run(command, cwd=ROOT, env=os.environ | region, check=True, capture_output=True)
    return output.read_text()


def test_cloudformation_would_accept_it(template):
    assert [match for match in lint_all(template) if match.rule.severity == "error"] == []


def test_it_is_an_http_api_that_calls_the_function(template):
    resources = json.loads(template)["Resources"].values()
    kinds = {resource["Type"]: resource["Properties"] for resource in resources}
    assert kinds["AWS::ApiGatewayV2::Api"]["ProtocolType"] == "HTTP"
    assert kinds["AWS::ApiGatewayV2::Stage"]["StageName"] == "production"
    assert kinds["AWS::ApiGatewayV2::Integration"]["PayloadFormatVersion"] == "2.0"
    assert kinds["AWS::ApiGatewayV2::Route"]["RouteKey"] == "$default"
