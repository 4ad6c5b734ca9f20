"""Real HTTP servers on this machine that answer as a test asks."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    disable_nagle_algorithm = True
    delay_seconds = 0.0

    def do_GET(self) -> None:
        time.sleep(self.delay_seconds)
        ANSWERS[self.path](self)

    def answer(self, status: int = 200, body: bytes = b"{}", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def slow(handler: Handler) -> None:
    time.sleep(0.15)
    handler.answer()


def late_headers(handler: Handler) -> None:
    """The first line at once, the rest of the head a moment later."""
    handler.send_response(200)
    handler.flush_headers()
    time.sleep(0.5)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def reset(handler: Handler) -> None:
    """Closes with RST instead of FIN."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.shutdown(socket.SHUT_RD)
    handler.close_connection = True
    handler.connection.close()


def drip(handler: Handler) -> None:
    """A byte now and then, without end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def cold_once(handler: Handler) -> None:
    """As Lambda: a call needs an environment of its own, and a new one is slow."""
    with environments_lock:
        warm = environments["idle"] > 0
        environments["idle"] -= warm
    time.sleep(0.02 if warm else 0.2)
    handler.answer(X_Cold_Start=str(int(not warm)), Server_Timing="app;dur=1.0, init;dur=180")
    with environments_lock:
        environments["idle"] += 1


environments = {"idle": 1}
environments_lock = Lock()

ANSWERS: dict[str, Answer] = {
    "/health": lambda handler: handler.answer(
        X_Cold_Start="0", Server_Timing='cache;desc="a, b", app;dur=12.5'
    ),
    "/closed": lambda handler: handler.answer(
        200 if handler.headers["X-API-Key"] == "the key" else 401
    ),
    "/plain": lambda handler: handler.answer(),
    "/slow": slow,
    "/late-headers": late_headers,
    "/fail": lambda handler: handler.answer(503),
    "/redirect": lambda handler: handler.answer(302, Location="http://169.254.169.254/"),
    "/reset": reset,
    "/drip": drip,
    "/large": lambda handler: handler.answer(body=b"x" * 1_500_000),
    "/lambda": cold_once,
}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *args: Any) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def serve(context: Any = None, *, delay_seconds: float = 0.0) -> Iterator[str]:
    """The base URL of a server; with an SSLContext, of an HTTPS server."""
    server = Server(("127.0.0.1", 0), type("Late", (Handler,), {"delay_seconds": delay_seconds}))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
