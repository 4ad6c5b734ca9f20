"""A queue by its URL: where it is asked, for which region, and on what connections."""

import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import requests

from tests.tracking.queue.queues import waiting
from tracking.errors import Refusal
from tracking.queue.sqs import Queue

pytestmark = pytest.mark.usefixtures("credentials")


@pytest.mark.parametrize(
    ("given", "host", "region"),
    [
        ("sqs.eu-west-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com", "eu-west-1"),
        ("sqs.cn-north-1.amazonaws.com.cn", "sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("eu-west-1.queue.amazonaws.com", "sqs.eu-west-1.amazonaws.com", "eu-west-1"),
        ("queue.amazonaws.com", "sqs.us-east-1.amazonaws.com", "us-east-1"),
        ("localhost:9324", "localhost:9324", "sa-east-1"),
    ],
)
def test_it_works(monkeypatch, given, host, region):
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    queue = Queue(f"https://{given}/123456789012/ingest")
    assert (queue.host, queue.region) == (host, region)
    assert queue.name == "ingest"


class Gateway(ThreadingHTTPServer):
    """Keeps connections to the mock of AWS alive, as AWS does and the mock doesn't."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.target = target
        self.connections: list[socket.socket] = []

    def cut(self) -> None:
        for connection in self.connections:
            connection.shutdown(socket.SHUT_RDWR)


class Forwarding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gateway

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.connection)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = requests.post(self.server.target, body, headers=dict(self.headers), timeout=9)
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def gateway(queues):
    with Gateway(queues.variables["AWS_ENDPOINT_URL"]) as gateway:
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
        yield gateway
        gateway.shutdown()


def through(gateway: Gateway, queue: Queue, scheme: str = "http") -> Queue:
    path = urlsplit(queue.url).path
    return Queue(f"{scheme}://localhost:{gateway.server_port}{path}")


def test_connections_are_kept(gateway, queue):
    kept = through(gateway, queue)
    for _ in range(3):
        kept.send("text")
    assert len(gateway.connections) == 1


def test_a_kept_connection_that_was_closed_is_replaced(gateway, queue):
    kept = through(gateway, queue)
    kept.send("text")
    gateway.cut()
    kept.send("text")
    assert (len(gateway.connections), waiting(queue)) == (2, 2)


def test_threads_that_send_at_once_share_no_connection(gateway, queue):
    shared = through(gateway, queue)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(shared.send, map(str, range(40))))
    assert len(gateway.connections) <= 4
    assert waiting(queue) == 40


def test_over_tls_the_certificate_is_checked(gateway, queue, tmp_path, monkeypatch):
    make = "openssl req -x509 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")]
    subprocess.run([*make.split(), *files], check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    gateway.socket = tls.wrap_socket(gateway.socket, server_side=True)
    with pytest.raises(Refusal, match="Queue unavailable"):
        through(gateway, queue, "https").send("text")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate"))
    through(gateway, queue, "https").send("text")
    assert waiting(queue) == 1


def test_an_sqs_that_says_nothing_is_given_up_within_the_clients_patience():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        queue = Queue(f"http://127.0.0.1:{silent.getsockname()[1]}/1/ingest")
        started = time.monotonic()
        with pytest.raises(Refusal, match="Queue unavailable"):
            queue.send("text")
    assert time.monotonic() - started < 5
