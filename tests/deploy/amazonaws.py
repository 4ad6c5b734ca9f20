"""API Gateway's host names, answered by a local Lambda: a proxy for HTTPS that knows no other."""

import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from deploy.local_lambda.local_lambda import LocalLambda


@contextmanager
def amazonaws(local_lambda: LocalLambda, folder: Path) -> Iterator[dict[str, str]]:
    """The variables with which `requests` finds it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("*.execute-api.us-east-1.amazonaws.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    gateway = local_lambda.gateway
    gateway.socket = context.wrap_socket(gateway.socket, server_side=True)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    with local_lambda, proxy(gateway.server_port) as port:
        yield {
            "HTTPS_PROXY": f"http://127.0.0.1:{port}",
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(folder / "authority.pem"),
        }


@contextmanager
def proxy(target_port: int) -> Iterator[int]:
    """Its port; each tunnel ends at the target."""

    class Tunnel(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            with socket.create_connection(("127.0.0.1", target_port)) as target:
                self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                pump({self.request: target, target: self.request})

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


def pump(pairs: dict[socket.socket, socket.socket]) -> None:
    """What one says to the other, until either is silent for good."""
    while True:
        for ready in select.select([*pairs], [], [])[0]:
            data = ready.recv(65_536)
            if not data:
                return
            pairs[ready].sendall(data)
