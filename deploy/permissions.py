"""What a stage's role may do beside writing its log: what its settings ask for, and no more."""

from typing import Any

from deploy import queue

Statement = dict[str, Any]

NETWORK_INTERFACES = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]


def needed(cli: Any, function_arn: str, queue_arn: str = "") -> list[Statement]:
    """`cli` is Zappa's command line with a stage's settings loaded; `queue_arn` is empty without a
    queue."""
    statements = []
    if cli.use_apigateway and cli.apigateway_version == "v1":
        statements.append(_invoked_by_rest_api(cli, function_arn))
    if cli.vpc_config:
        statements += _in_a_vpc(function_arn)
    if queue_arn:
        allowed = {"Action": queue.ACTIONS, "Resource": queue_arn}
        statements.append({"Sid": "UseItsQueue", "Effect": "Allow", **allowed})
    return statements


def _invoked_by_rest_api(cli: Any, function_arn: str) -> Statement:
    """Zappa's REST API calls the function in the name of the function's own role."""
    alias = cli.apigateway_lambda_qualifier
    resource = f"{function_arn}:{alias}" if alias else function_arn
    action = "lambda:InvokeFunction"
    return {"Sid": "RestApi", "Effect": "Allow", "Action": action, "Resource": resource}


def _in_a_vpc(function_arn: str) -> list[Statement]:
    """Lambda makes the interfaces in the role's name; the function's own code may not."""
    actions: Statement = {"Action": NETWORK_INTERFACES, "Resource": "*"}
    own_code = {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}}
    return [
        {"Sid": "Vpc", "Effect": "Allow", **actions},
        {"Sid": "VpcNotByItsCode", "Effect": "Deny", **actions, "Condition": own_code},
    ]
