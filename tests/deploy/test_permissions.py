"""Each documented way to deploy gets the permissions that it needs."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from cfnlint.api import lint_all

from deploy.permissions import needed

ARN = "arn:aws:lambda:us-east-1:123456789012:function:mlops-tracking-production"


def stage(**settings: Any) -> SimpleNamespace:
    """Zappa's command line, of which the settings are read; by default as this project ships."""
    as_shipped = {
        "use_apigateway": True,
        "apigateway_version": "v2",
        "apigateway_lambda_qualifier": None,
        "vpc_config": {},
    }
    return SimpleNamespace(**as_shipped | settings)


def allowed(**settings: Any) -> set[tuple[str, str]]:
    """(action, resource)"""
    granted = [each for each in needed(stage(**settings), ARN) if each["Effect"] == "Allow"]
    pairs = [(each["Action"], each["Resource"]) for each in granted]
    return {
        (action, resource)
        for actions, resource in pairs
        for action in ([actions] if isinstance(actions, str) else actions)
    }


def test_what_this_project_ships_needs_nothing_more():
    assert allowed() == set()


@pytest.mark.parametrize(("alias", "resource"), [(None, ARN), ("snapstart", f"{ARN}:snapstart")])
def test_a_rest_api_may_call_the_function_and_no_other(alias, resource):
    settings = {"apigateway_version": "v1", "apigateway_lambda_qualifier": alias}
    assert allowed(**settings) == {("lambda:InvokeFunction", resource)}


def test_a_function_url_needs_no_gateway():
    assert allowed(use_apigateway=False, apigateway_version="v1") == set()


def test_in_a_vpc_lambda_makes_network_interfaces_and_the_code_does_not():
    vpc = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    assert {action.partition(":")[0] for action, _ in allowed(vpc_config=vpc)} == {"ec2"}
    allow, deny = needed(stage(vpc_config=vpc), ARN)
    assert (deny["Effect"], deny["Action"]) == ("Deny", allow["Action"])
    assert deny["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": ARN}}


def test_aws_would_accept_the_policy():
    queue_arn = "arn:aws:sqs:us-east-1:123456789012:records"
    settings = stage(apigateway_version="v1", vpc_config={"SubnetIds": ["s"]})
    statements = needed(settings, ARN, queue_arn)
    document = {"Version": "2012-10-17", "Statement": statements}
    properties = {"PolicyDocument": document, "PolicyName": "zappa-permissions", "RoleName": "r"}
    template = {"Resources": {"Policy": {"Type": "AWS::IAM::RolePolicy", "Properties": properties}}}
    assert [
        match for match in lint_all(json.dumps(template)) if match.rule.severity == "error"
    ] == []
