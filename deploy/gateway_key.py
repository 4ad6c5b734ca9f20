"""The key that a REST API asks for (`api_key_required`): MLOPS_API_KEY, which is sent anyway.

Zappa would have AWS make another, which the same header can't carry as well, and no usage plan,
without which AWS admits no key.
"""

import os
from typing import Any

AWS_MIN_CHARACTERS = 20


def check(cli: Any) -> None:
    """Raises SystemExit where AWS would not take it, before anything is made."""
    if cli.api_key_required and cli.apigateway_version != "v1":
        raise SystemExit('api_key_required needs "apigateway_version": "v1".')
    if cli.api_key_required and len(os.environ["MLOPS_API_KEY"]) < AWS_MIN_CHARACTERS:
        raise SystemExit(f"api_key_required: MLOPS_API_KEY needs {AWS_MIN_CHARACTERS} characters.")


def admit(gateway: Any, name: str, api_id: str, stage_name: str) -> None:
    """Lets the key call the stage."""
    key = _ensure(gateway, name)
    plans = _plans(gateway, name) or [gateway.create_usage_plan(name=name)]
    plan, called = plans[0]["id"], plans[0].get("apiStages", [])
    if (api_id, stage_name) not in [(each["apiId"], each["stage"]) for each in called]:
        operation = {"op": "add", "path": "/apiStages", "value": f"{api_id}:{stage_name}"}
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=[operation])
    admitted = gateway.get_usage_plan_keys(usagePlanId=plan)["items"]
    if key not in [each["id"] for each in admitted]:
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")


def remove(gateway: Any, name: str) -> None:
    for plan in _plans(gateway, name):
        for stage in plan.get("apiStages", []):
            ids = f"{stage['apiId']}:{stage['stage']}"
            operation = {"op": "remove", "path": "/apiStages", "value": ids}
            gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=[operation])
        gateway.delete_usage_plan(usagePlanId=plan["id"])
        print(f"Removed usage plan {name}")
    for key in _keys(gateway, name):
        gateway.delete_api_key(apiKey=key["id"])
        print(f"Removed API key {name}")


def _ensure(gateway: Any, name: str) -> str:
    """The id of the gateway's key, made or made anew where its value is another."""
    value = os.environ["MLOPS_API_KEY"]
    for key in _keys(gateway, name):
        if key["value"] == value:
            return str(key["id"])
        gateway.delete_api_key(apiKey=key["id"])
    return str(gateway.create_api_key(name=name, value=value, enabled=True)["id"])


def _keys(gateway: Any, name: str) -> list[dict[str, Any]]:
    pages = gateway.get_paginator("get_api_keys").paginate(nameQuery=name, includeValues=True)
    return [key for page in pages for key in page["items"] if key["name"] == name]


def _plans(gateway: Any, name: str) -> list[dict[str, Any]]:
    pages = gateway.get_paginator("get_usage_plans").paginate()
    return [plan for page in pages for plan in page["items"] if plan["name"] == name]
