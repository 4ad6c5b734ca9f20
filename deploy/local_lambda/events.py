"""HTTP requests as Lambda events and back, as API Gateway and function URLs make them.

v1 is the REST API, v2 the HTTP API, `url` a function URL (which sends v2 events).
"""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

APIS = ("v1", "v2", "url")
# The HTTP API hands these on as text, and all other bodies in base64.
TEXT = ("text/", "application/json", "application/javascript", "application/xml")

Headers = list[tuple[str, str]]
Event = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came in; `path` is still percent-encoded."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    source_ip: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True)
class Response:
    status: int
    headers: Headers
    body: bytes


def event_v1(request: Request, stage: str, prefix: str) -> Event:
    """The path comes without its prefix. Zappa makes every media type binary on REST APIs."""
    query = parse_qsl(request.query, keep_blank_values=True)
    return {
        "resource": "/{proxy+}",
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(request.headers) or None,
        "multiValueHeaders": _lists(request.headers) or None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _lists(query) or None,
        "pathParameters": {"proxy": request.path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}",
            "httpMethod": request.method,
            "path": prefix + request.path,
            "stage": stage,
            "domainName": request.header("host"),
            "protocol": "HTTP/1.1",
            "requestId": str(uuid4()),
            "identity": {
                "sourceIp": request.source_ip,
                "userAgent": request.header("user-agent"),
            },
        },
        "body": base64.b64encode(request.body).decode() if request.body else None,
        "isBase64Encoded": bool(request.body),
    }


def event_v2(request: Request, stage: str, prefix: str) -> Event:
    """The path comes with its prefix."""
    path = prefix + request.path
    body, is_base64 = _body_v2(request)
    query = _lists(parse_qsl(request.query, keep_blank_values=True))
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": _headers_v2(request),
        "requestContext": {
            "apiId": "local",
            "domainName": request.header("host"),
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": request.header("user-agent"),
            },
            "requestId": str(uuid4()),
            "routeKey": "$default",
            "stage": stage,
        },
        "isBase64Encoded": is_base64,
    }
    if query:
        event["queryStringParameters"] = {key: ",".join(values) for key, values in query.items()}
    if cookies := _cookies(request):
        event["cookies"] = cookies
    return event | ({"body": body} if body else {})


def response(result: Any) -> Response:
    """The function's answer; raises ValueError where API Gateway would call it malformed."""
    if not isinstance(result, dict) or not isinstance(result.get("statusCode"), int):
        raise ValueError(f"Not an HTTP answer: {str(result)[:200]}")
    body = result.get("body") or ""
    content = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    return Response(result["statusCode"], _response_headers(result), content)


def _response_headers(result: Event) -> Headers:
    several = result.get("multiValueHeaders") or {}
    single = result.get("headers") or {}
    return [
        *((name, str(value)) for name, value in single.items() if name not in several),
        *((name, str(value)) for name, values in several.items() for value in values),
        *(("Set-Cookie", cookie.strip()) for cookie in result.get("cookies") or ()),
    ]


def _headers_v2(request: Request) -> dict[str, str]:
    lower = [(name.lower(), value) for name, value in request.headers]
    several = _lists([(name, value) for name, value in lower if name != "cookie"])
    return {name: ",".join(values) for name, values in several.items()}


def _cookies(request: Request) -> list[str]:
    joined = [value for name, value in request.headers if name.lower() == "cookie"]
    return [part.strip() for value in joined for part in value.split(";") if part.strip()]


def _body_v2(request: Request) -> tuple[str, bool]:
    content_type = request.header("content-type")
    if content_type.startswith(TEXT):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), bool(request.body)


def _lists(pairs: Headers) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists
