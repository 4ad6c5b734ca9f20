"""Removes what a stage leaves in an AWS account: each function may find its part gone already."""

from typing import Any

from botocore.exceptions import ClientError


def remove(cli: Any, bucket: str, function_arn: str) -> None:
    """`cli` is Zappa's command line with a stage's settings loaded."""
    zappa, name = cli.zappa, cli.lambda_name
    remove_stack(zappa.cf_client, name)
    remove_apis(zappa, name)
    remove_schedules(zappa.events_client, name, function_arn)
    remove_log_group(zappa.logs_client, f"/aws/lambda/{name}")
    remove_bucket(zappa.s3_client, bucket)
    remove_role(zappa.iam_client, zappa.role_name)


def stack_exists(cloudformation: Any, name: str) -> bool:
    try:
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError:
        return False
    return bool(stack["StackStatus"] != "DELETE_COMPLETE")


def remove_stack(cloudformation: Any, name: str) -> None:
    if stack_exists(cloudformation, name):
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
        print(f"Removed stack {name}")


def remove_apis(zappa: Any, name: str) -> None:
    """Those that no stack owns any more."""
    http = zappa.boto_client("apigatewayv2")
    for api in http.get_apis()["Items"]:
        if api["Name"] == name:
            http.delete_api(ApiId=api["ApiId"])
            print(f"Removed HTTP API {api['ApiId']}")
    for api in zappa.get_rest_apis(name):
        zappa.apigateway_client.delete_rest_api(restApiId=api["id"])
        print(f"Removed REST API {api['id']}")


def remove_schedules(events: Any, name: str, function_arn: str) -> None:
    """Zappa begins a rule's name with the function's, or its hash where that's too long."""
    named = events.get_paginator("list_rules").paginate(NamePrefix=f"{name}-")
    calling = events.get_paginator("list_rule_names_by_target").paginate(TargetArn=function_arn)
    rules = {rule["Name"] for page in named for rule in page["Rules"]}
    for rule in rules.union(*(page["RuleNames"] for page in calling)):
        targets = events.list_targets_by_rule(Rule=rule)["Targets"]
        if targets:
            events.remove_targets(Rule=rule, Ids=[target["Id"] for target in targets])
        events.delete_rule(Name=rule)
        print(f"Removed schedule {rule}")


def remove_gateway_logs(zappa: Any, name: str) -> None:
    """Before the REST APIs, whose ids name them."""
    for api in zappa.get_rest_apis(name):
        for group in _log_groups(zappa.logs_client, f"API-Gateway-Execution-Logs_{api['id']}/"):
            remove_log_group(zappa.logs_client, group)


def remove_log_group(logs: Any, name: str) -> None:
    if name in _log_groups(logs, name):
        logs.delete_log_group(logGroupName=name)
        print(f"Removed log group {name}")


def _log_groups(logs: Any, prefix: str) -> list[str]:
    found = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return [group["logGroupName"] for group in found]


def remove_bucket(s3: Any, bucket: str) -> None:
    if bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]:
        return
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=item["Key"])
    s3.delete_bucket(Bucket=bucket)
    print(f"Removed bucket {bucket}")


def remove_role(iam: Any, role: str) -> None:
    try:
        policies = iam.list_role_policies(RoleName=role)["PolicyNames"]
    except iam.exceptions.NoSuchEntityException:
        return
    for policy in policies:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)
    iam.delete_role(RoleName=role)
    print(f"Removed role {role}")
