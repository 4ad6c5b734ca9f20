"""One timed call of a deployment: what the client waited for, part by part, and what the answer
says of its own part."""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, cast

import requests

from deployments.addresses import check_url
from deployments.measuring.connections import TimedAdapter, TimedConnection

TIMEOUT_SECONDS = 35.0  # API Gateway gives up after 30.
BODY_MAX = 1_000_000
CHUNK = 65_536
HEADER_MAX = 4_096
HEADERS = {"Accept": "*/*", "User-Agent": "compare_latency"}
# Of a Server-Timing header: a metric with its parameters, and its duration among these.
METRIC = re.compile(r"^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})\s*(?:;(.*))?$")
DURATION = re.compile(r"(?:^|;)\s*dur\s*=\s*\"?([0-9]{1,9}(?:\.[0-9]{1,9})?)\"?\s*(?:;|$)")

ERRORS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "dns"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "connection_refused"),
    (ConnectionResetError, "connection_reset"),
    (TimeoutError, "timeout"),
    (requests.Timeout, "timeout"),
)


@dataclass(frozen=True)
class Target:
    name: str
    base_url: str


@dataclass(frozen=True)
class Sample:
    """One call. `duration_ms` runs from the intended sending to the last byte, or the failure."""

    target: str
    sent_at: datetime
    duration_ms: float
    late_ms: float = 0.0
    new_connection: bool = True
    cold_start: bool | None = None
    burst: bool = False
    status_code: int | None = None
    error_type: str = ""
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    first_byte_ms: float | None = None
    server_ms: float | None = None
    init_ms: float | None = None


class Client:
    """Calls one path of a target, over connections that it keeps. Threads may share it."""

    def __init__(
        self,
        target: Target,
        path: str = "/health",
        *,
        private_allowed: bool = False,
        connections: int = 1,
        timeout_seconds: float = TIMEOUT_SECONDS,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.target = target
        self.timeout_seconds = timeout_seconds
        # No session: its redirects, cookies and proxies would take a call elsewhere.
        self.adapter = TimedAdapter(private_allowed=private_allowed, connections=connections)
        url = f"{check_url(target.base_url)}/{path.lstrip('/')}"
        self.request = requests.Request(
            "GET", url, headers={**HEADERS, **(headers or {})}
        ).prepare()
        self.verify: bool | str = True

    def call(self, *, intended_at: float | None = None, burst: bool = False) -> Sample:
        """`intended_at`, of `perf_counter`: when it should have been sent, if that is earlier."""
        sent_at, started = datetime.now(UTC), perf_counter()
        late_ms = 1_000 * max(0.0, started - intended_at) if intended_at else 0.0
        parts: dict[str, Any]
        try:
            parts = self._answered()
        except (requests.RequestException, OSError) as error:
            parts = {
                "duration_ms": 1_000 * (perf_counter() - started),
                "error_type": _error_type(error),
            }
        parts["duration_ms"] += late_ms
        return Sample(self.target.name, sent_at, late_ms=late_ms, burst=burst, **parts)

    def forget_connections(self) -> None:
        self.adapter.close()

    def _answered(self) -> dict[str, Any]:
        with self.adapter.send(
            self.request, stream=True, timeout=self.timeout_seconds, verify=self.verify
        ) as response:
            connection = cast(TimedConnection, response.raw.connection)
            parts = _connection_parts(connection)
            for _ in self._body(response.raw):
                pass
            rest_ms = 1_000 * (perf_counter() - connection.first_byte_at)
        setup_ms = sum(parts[name] or 0.0 for name in ("dns_ms", "connect_ms", "tls_ms"))
        return {
            **parts,
            **_answer_parts(response),
            "duration_ms": setup_ms + parts["first_byte_ms"] + rest_ms,
        }

    def _body(self, raw: Any) -> Iterator[bytes]:
        """Reads it, within the bounds of size and time."""
        deadline, received = perf_counter() + self.timeout_seconds, 0
        while chunk := raw.read1(CHUNK):
            received += len(chunk)
            if perf_counter() > deadline:
                raise requests.Timeout("the body took too long")
            if received > BODY_MAX:
                raise requests.RequestException("the body is too large")
            yield chunk


def timings(header: str) -> dict[str, float]:
    """Of a Server-Timing header, durations in ms by name; the first of a name counts. Names without
    one are left out."""
    durations: dict[str, float] = {}
    for part in re.findall(r'(?:[^,"]|"[^"]*")+', header[:HEADER_MAX]):
        metric = METRIC.match(part)
        duration = DURATION.search(metric[2] or "") if metric else None
        if metric and duration:
            durations.setdefault(metric[1].lower(), float(duration[1]))
    return durations


def cold_start(header: str) -> bool | None:
    """Of an X-Cold-Start header; None where the answer does not tell."""
    return {"1": True, "true": True, "0": False, "false": False}.get(header.strip().lower())


def _connection_parts(connection: TimedConnection) -> dict[str, Any]:
    new = connection.calls == 1
    return {
        "new_connection": new,
        "dns_ms": connection.dns_ms if new else None,
        "connect_ms": connection.connect_ms if new else None,
        "tls_ms": connection.tls_ms if new else None,
        "first_byte_ms": connection.first_byte_ms,
    }


def _answer_parts(response: requests.Response) -> dict[str, Any]:
    told = timings(response.headers.get("Server-Timing", ""))
    failed = not response.ok or response.is_redirect
    return {
        "status_code": response.status_code,
        "error_type": f"http_{response.status_code}" if failed else "",
        "cold_start": cold_start(response.headers.get("X-Cold-Start", "")),
        "server_ms": told.get("app"),
        "init_ms": told.get("init"),
    }


def _error_type(error: BaseException | None) -> str:
    """A word for what lies at the bottom of the exceptions of requests and urllib3."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    for kind, word in ERRORS:
        if any(isinstance(cause, kind) for cause in seen):
            return word
    return "connection"
