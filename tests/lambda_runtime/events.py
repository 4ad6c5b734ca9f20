"""Events as AWS sends them; what a test doesn't name has a plain default."""

import base64
from typing import Any

HOST = "abc123.execute-api.us-east-1.amazonaws.com"
ADDRESS = "203.0.113.7"


def scheduled(function: str) -> dict[str, Any]:
    """What EventBridge sends for a rule that Zappa made."""
    rule = f"arn:aws:events:us-east-1:123456789012:rule/mlops-tracking-production-{function}"
    return {"detail-type": "Scheduled Event", "source": "aws.events", "resources": [rule]}


def queue_event(*bodies: str) -> dict[str, Any]:
    """What Lambda makes of messages that it received from SQS; their ids are m0, m1 ..."""
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": "receipt",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795523307055"},
                "messageAttributes": {},
                "md5OfBody": "not looked at",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:mlops-tracking-ingest",
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


KEEP_WARM = scheduled("zappa-keep-warm-handler.keep_warm_callback")


def rest_api(
    path: str = "/health",
    *,
    method: str = "GET",
    stage: str = "production",
    custom_domain: bool = False,
    headers: dict[str, list[str]] | None = None,
    query: dict[str, list[str]] | None = None,
    body: bytes | None = None,
) -> dict[str, Any]:
    """REST API (v1). With a custom domain neither path carries the stage."""
    headers = {
        "Host": ["track.example.com" if custom_domain else HOST],
        "X-Forwarded-Proto": ["https"],
        "X-Forwarded-For": [f"198.51.100.1, {ADDRESS}"],
        **(headers or {}),
    }
    return {
        "httpMethod": method,
        "path": path,
        "multiValueHeaders": headers,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueQueryStringParameters": query,
        "queryStringParameters": {name: values[-1] for name, values in (query or {}).items()},
        "requestContext": {
            "stage": stage,
            "path": path if custom_domain else f"/{stage}{path}",
            "identity": {"sourceIp": ADDRESS},
        },
        **_body(body),
    }


def http_api(
    path: str = "/health",
    *,
    method: str = "GET",
    stage: str = "production",
    custom_domain: bool = False,
    headers: dict[str, str] | None = None,
    query: str = "",
    cookies: list[str] | None = None,
    body: bytes | None = None,
) -> dict[str, Any]:
    """HTTP API (v2). The path carries the stage, unless a custom domain took it away."""
    prefix = "" if custom_domain or stage == "$default" else f"/{stage}"
    return {
        "version": "2.0",
        "rawPath": prefix + path,
        "rawQueryString": query,
        "cookies": cookies or [],
        "headers": {
            "host": "track.example.com" if custom_domain else HOST,
            "x-forwarded-proto": "https",
            **(headers or {}),
        },
        "requestContext": {
            "stage": stage,
            "http": {"method": method, "sourceIp": ADDRESS, "protocol": "HTTP/1.1"},
        },
        **_body(body),
    }


def function_url(path: str = "/health", **fields: Any) -> dict[str, Any]:
    """A function URL sends what an HTTP API with the stage $default sends."""
    return http_api(path, stage="$default", **fields)


def _body(body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {"body": None, "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
