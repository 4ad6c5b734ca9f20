"""What API Gateway and function URLs know of a request and the WSGI environ doesn't say."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Event = dict[str, Any]


def is_http(event: Event) -> bool:
    """REST API (v1), HTTP API (v2) or function URL (v2), not a schedule or a direct invocation."""
    return "httpMethod" in event or "http" in event.get("requestContext", {})


def is_queue(event: Event) -> bool:
    """Messages from SQS; one event has those of one queue."""
    records = event.get("Records") or [{}]
    return bool(records[0].get("eventSource") == "aws:sqs")


class BehindGateway:
    """Corrects the environ that apig-wsgi makes: stage prefix, client address, cookies."""

    def __init__(self, application: "WSGIApplication", base_path: str | None = None) -> None:
        self.application = application
        self.base_path = base_path

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        event: Event = environ["apig_wsgi.full_event"]
        environ["REMOTE_ADDR"] = _client_address(event)
        _join_cookies(environ, event)
        _move_prefix(environ, event, self.base_path)
        return self.application(environ, start_response)


def _client_address(event: Event) -> str:
    """As the gateway saw it; a client can write what it likes into X-Forwarded-For."""
    context = event.get("requestContext", {})
    source = context.get("http") or context.get("identity") or {}
    return str(source.get("sourceIp") or "")


def _join_cookies(environ: "WSGIEnvironment", event: Event) -> None:
    """HTTP/2 clients may send several Cookie headers, which must not be joined by commas."""
    for name, values in (event.get("multiValueHeaders") or {}).items():
        if name.lower() == "cookie":
            environ["HTTP_COOKIE"] = "; ".join(values)


def _move_prefix(environ: "WSGIEnvironment", event: Event, base_path: str | None) -> None:
    """A stage or base path that the client's URL begins with belongs into SCRIPT_NAME.

    v2's path carries the stage; v1's only its requestContext's. A custom domain has none, but its
    static files do, since their URL is the same for every host of the stage.
    """
    context = event.get("requestContext", {})
    path = environ["PATH_INFO"]
    for prefix in _prefixes(context, base_path):
        if path == prefix or path.startswith(f"{prefix}/"):
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = prefix, path[len(prefix) :] or "/"
            return
        if context.get("path", "").rstrip("/") == (prefix + event.get("path", "")).rstrip("/"):
            environ["SCRIPT_NAME"] = prefix
            return


def _prefixes(context: dict[str, Any], base_path: str | None) -> list[str]:
    names = (context.get("stage"), (base_path or "").strip("/"))
    return [f"/{name}" for name in names if name]
