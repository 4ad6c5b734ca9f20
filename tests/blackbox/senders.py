"""Those who connect and send slowly, or not at all; to this machine only."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import requests

# Each kind of endpoint: without a body, the API's, a form before log-in, one behind it, nothing.
PATHS = ("/health", "/track", "/track/batch", "/admin/login/", "/dashboard/runs/", "/nowhere")
BODY_BYTES = 500


def connect(base_url: str) -> socket.socket:
    where = urlsplit(base_url)
    return socket.create_connection((str(where.hostname), int(where.port or 80)), timeout=30)


def head(path: str, key: str = "", length: int = BODY_BYTES) -> bytes:
    """With the cookie that makes Django read the body to check its token."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        "Cookie: csrftoken=" + "c" * 32,
        f"Content-Length: {length}",
        *([f"X-API-Key: {key}"] if key else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def openings(key: str) -> Iterator[bytes]:
    """What a slow sender sends before it falls silent: half a head, or a head and four bytes."""
    while True:
        for path in PATHS:
            yield head(path)[:20]
            yield head(path) + b"user"
            yield head(path, key) + b"user"


@contextmanager
def slow_senders(base_url: str, count: int, key: str) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        senders = [stack.enter_context(connect(base_url)) for _ in range(count)]
        for sender, opening in zip(senders, openings(key), strict=False):
            sender.sendall(opening)
        yield senders


def seconds_to_answer(base_url: str) -> float:
    """Of `/health` on a connection of its own."""
    started = time.perf_counter()
    assert requests.get(f"{base_url}/health", timeout=60).ok
    return time.perf_counter() - started
