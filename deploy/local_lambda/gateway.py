"""The HTTP server before the function: API Gateway's part, answers to its own errors included."""

import json
import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from deploy.local_lambda.environment import FunctionError
from deploy.local_lambda.events import Request, Response, event_v1, event_v2, response
from deploy.local_lambda.pool import Pool, Throttled

DEFAULT_STAGE = "$default"
BODY_MAX_BYTES = {"v1": 10_000_000, "v2": 10_000_000, "url": 6_000_000}
# Of the event: what Lambda takes, base64 and headers included.
EVENT_MAX_BYTES = 6 * 1024 * 1024
FAILED = {"v1": 502, "v2": 500, "url": 502}
THROTTLED = {"v1": 429, "v2": 503, "url": 429}

log = logging.getLogger(__name__)


class Gateway(ThreadingHTTPServer):
    """`api` is v1, v2 or url. URLs begin with the stage, except on a custom domain, on the stage
    $default and as function URLs."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, pool: Pool, *, api: str, stage: str, custom_domain: bool) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.pool = pool
        self.api = api
        self.stage = DEFAULT_STAGE if api == "url" else stage
        self.prefix = "" if custom_domain or self.stage == DEFAULT_STAGE else f"/{stage}"

    def answer(self, request: Request) -> Response:
        if len(request.body) > BODY_MAX_BYTES[self.api]:
            return _message(413, "Request Entity Too Large")
        make_event = event_v1 if self.api == "v1" else event_v2
        event = make_event(request, self.stage, self.prefix)
        if len(json.dumps(event)) > EVENT_MAX_BYTES:
            return _message(413, "Request Too Long")
        try:
            return response(self.pool.invoke(event))
        except Throttled:
            return _message(THROTTLED[self.api], "Too Many Requests")
        except (FunctionError, ValueError) as error:
            log.error("%s", error)
            return _message(FAILED[self.api], "Internal Server Error")

    def without_prefix(self, path: str) -> str | None:
        """None where the URL does not begin with it."""
        found = path == self.prefix or path.startswith(f"{self.prefix}/")
        return (path.removeprefix(self.prefix) or "/") if found else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body go out together, at once.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60
    server: Gateway

    def handle_any(self) -> None:
        url = urlsplit(self.path)
        path = self.server.without_prefix(url.path)
        body = self._body()
        if path is None:
            self._send(_message(403 if self.server.api == "v1" else 404, "Not Found"))
            return
        self._send(self.server.answer(self._request(path, url.query, body)))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

    def _request(self, path: str, query: str, body: bytes) -> Request:
        source_ip = self.client_address[0]
        host, port = self.server.server_address[:2]
        added = {
            "X-Forwarded-For": ", ".join(
                filter(None, (self.headers.get("X-Forwarded-For"), source_ip))
            ),
            "X-Forwarded-Port": str(port),
            "X-Forwarded-Proto": "http",
        }
        kept = [(name, value) for name, value in self.headers.items() if name not in added]
        headers = [*kept, *added.items()]
        return Request(self.command, path, query, headers, body, source_ip)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        limit = BODY_MAX_BYTES[self.server.api] + 1
        if not length.isdigit() or int(length) > limit:
            self.close_connection = True
            return self.rfile.read(limit) if length.isdigit() else b""
        return self.rfile.read(int(length))

    def _send(self, answer: Response) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """The function's own log lines tell of each request."""


def _message(status: int, message: str) -> Response:
    body = json.dumps({"message": message}).encode()
    return Response(status, [("Content-Type", "application/json")], body)
