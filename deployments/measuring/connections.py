"""Connections of urllib3 that time their parts and refuse addresses, for use by requests."""

import socket
from functools import partial
from http.client import HTTPResponse
from time import perf_counter
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from deployments.addresses import AddressRefused, refusal


class TimedConnection(HTTPConnection):
    """Keeps how long its parts took: of the connection once, of each call the first byte."""

    dns_ms: float
    connect_ms: float
    tls_ms: float | None = None
    first_byte_at: float
    calls = 0

    def __init__(self, *args: Any, private_allowed: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.private_allowed = private_allowed

    def _new_conn(self) -> socket.socket:
        started = perf_counter()
        addresses = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        self.dns_ms = _since(started)
        failure: OSError | None = None
        for family, kind, protocol, _, address in addresses:
            self._check(str(address[0]))
            try:
                connection = socket.socket(family, kind, protocol)
                return self._connected(connection, address, len(addresses))
            except OSError as error:
                # `localhost` is ::1 before it is 127.0.0.1.
                failure = failure or error
        raise failure or OSError(f"{self.host} has no address")

    def _check(self, address: str) -> None:
        reason = refusal(address, private_allowed=self.private_allowed)
        if reason:
            raise AddressRefused(f"{self.host} is {address}, {reason}: it is not called.")

    def _connected(self, connection: socket.socket, address: Any, addresses: int) -> socket.socket:
        """`addresses` are those of the host: all of them together may time out once."""
        started = perf_counter()
        timeout = self.timeout if isinstance(self.timeout, int | float) else None
        try:
            connection.settimeout(timeout and timeout / addresses)
            connection.connect(address)
            connection.settimeout(timeout)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            connection.close()
            raise
        self.connect_ms = _since(started)
        return connection

    def connect(self) -> None:
        super().connect()
        self.connected_at = perf_counter()

    def putrequest(self, *args: Any, **options: Any) -> None:
        self.calls += 1
        super().putrequest(*args, **options)

    def endheaders(self, *args: Any, **options: Any) -> None:
        self.sent_at = perf_counter()
        super().endheaders(*args, **options)

    def response_class(  # type: ignore[override]
        self, *args: Any, **options: Any
    ) -> HTTPResponse:
        """http.client calls it to make a response."""
        return NotedResponse(self, *args, **options)

    @property
    def first_byte_ms(self) -> float:
        return 1_000 * (self.first_byte_at - max(self.sent_at, self.connected_at))


class NotedResponse(HTTPResponse):
    """Notes when its first byte came, before it is parsed."""

    def __init__(self, connection: TimedConnection, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.connection = connection

    def begin(self) -> None:
        self.fp.peek(1)
        self.connection.first_byte_at = perf_counter()
        super().begin()


class TimedTLSConnection(TimedConnection, HTTPSConnection):
    def connect(self) -> None:
        started = perf_counter()
        super().connect()
        self.tls_ms = _since(started) - self.dns_ms - self.connect_ms


class TimedPool(HTTPConnectionPool):
    ConnectionCls = TimedConnection


class TimedTLSPool(HTTPSConnectionPool):
    ConnectionCls = TimedTLSConnection


class TimedAdapter(HTTPAdapter):
    """For `requests.Session.mount`."""

    def __init__(self, *, private_allowed: bool, connections: int) -> None:
        self.private_allowed = private_allowed
        super().__init__(pool_connections=1, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        # What a pool doesn't know, it hands to its connections.
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(TimedPool, private_allowed=self.private_allowed),
            "https": partial(TimedTLSPool, private_allowed=self.private_allowed),
        }


def _since(started: float) -> float:
    return 1_000 * (perf_counter() - started)
