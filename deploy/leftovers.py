"""Removes what a stage leaves in an AWS account: each function may find its part gone already."""

from typing import Any

from botocore.exceptions import ClientError


def remove(cli: Any, bucket: str) -> None:
    """`cli` is Zappa's command line with a stage's settings loaded."""
    zappa, name = cli.zappa, cli.lambda_name
    remove_stack(zappa.cf_client, name)
    remove_apis(zappa, name)
    remove_schedules(zappa.events_client, name)
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


def remove_schedules(events: Any, name: str) -> None:
    for page in events.get_paginator("list_rules").paginate(NamePrefix=f"{name}-"):
        for rule in page["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            if targets:
                events.remove_targets(Rule=rule["Name"], Ids=[target["Id"] for target in targets])
            events.delete_rule(Name=rule["Name"])
            print(f"Removed schedule {rule['Name']}")


def remove_log_group(logs: Any, name: str) -> None:
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    if name in [group["logGroupName"] for group in groups]:
        logs.delete_log_group(logGroupName=name)
        print(f"Removed log group {name}")


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
