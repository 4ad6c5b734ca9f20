"""One timed call, of servers that answer, are slow, fail, reset or lead astray."""

import socket
import ssl
from time import perf_counter

import pytest
import trustme

from deployments.addresses import AddressRefused
from deployments.measuring.probe import Client, Target, cold_start, timings
from tests.deployments.measuring.servers import serve


@pytest.fixture(scope="module")
def server():
    with serve() as url:
        yield url


@pytest.fixture
def client(server):
    clients = []

    def make(path, url=server, **options):
        options = {"private_allowed": True, "timeout_seconds": 2.0} | options
        clients.append(Client(Target("here", url), path, **options))
        return clients[-1]

    yield make
    for made in clients:
        made.forget_connections()


def test_the_first_call_opens_a_connection_and_the_next_keeps_it(client):
    here = client("/health")
    first, second = here.call(), here.call()
    assert first.new_connection and first.connect_ms > 0 and first.dns_ms > 0
    assert not second.new_connection and second.connect_ms is None
    assert first.tls_ms is None


def test_a_forgotten_connection_is_opened_anew(client):
    here = client("/health")
    here.call()
    here.forget_connections()
    assert here.call().new_connection


def test_headers_tell_the_servers_own_time(client):
    sample = client("/health").call()
    assert (sample.status_code, sample.server_ms, sample.cold_start) == (200, 12.5, False)


def test_an_answer_that_does_not_tell(client):
    sample = client("/plain").call()
    assert (sample.server_ms, sample.init_ms, sample.cold_start) == (None, None, None)


def test_the_parts_add_up_to_what_the_client_waited_for(client):
    sample = client("/slow").call()
    assert 150 <= sample.first_byte_ms <= sample.duration_ms
    assert sample.duration_ms >= sample.dns_ms + sample.connect_ms + sample.first_byte_ms


def test_headers_that_come_late_are_waited_for(client):
    sample = client("/late-headers").call()
    assert sample.first_byte_ms < 450 < 500 <= sample.duration_ms


@pytest.mark.parametrize(
    ("path", "error_type"),
    [
        ("/fail", "http_503"),
        ("/redirect", "http_302"),
        ("/reset", "connection_reset"),
        ("/large", "connection"),
    ],
)
def test_failures_are_samples_too(client, path, error_type):
    sample = client(path).call()
    assert sample.error_type == error_type
    assert sample.duration_ms > 0


def test_a_timeout_is_a_sample(client):
    sample = client("/slow", timeout_seconds=0.05).call()
    assert sample.error_type == "timeout"
    assert 50 <= sample.duration_ms < 1_000


def test_a_body_that_drips_has_an_end(client):
    sample = client("/drip", timeout_seconds=0.3).call()
    assert sample.error_type == "timeout"
    assert sample.duration_ms < 2_000


def test_nobody_listens(client):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert client("/health", url).call().error_type == "connection_refused"


def test_a_name_without_an_address(client):
    assert client("/health", "http://nowhere.invalid").call().error_type == "dns"


def test_lateness_counts(client):
    sample = client("/health").call(intended_at=perf_counter() - 0.5)
    assert 500 <= sample.late_ms < sample.duration_ms


@pytest.mark.parametrize("url", ["http://169.254.169.254", "http://2852039166", "http://[fe80::1]"])
def test_metadata_is_refused_however_it_is_written(client, url):
    with pytest.raises(AddressRefused, match="metadata"):
        client("/health", url).call()


def test_the_resolved_address_counts(client):
    with pytest.raises(AddressRefused, match="localhost is .* a private address"):
        client("/health", private_allowed=False).call()


def test_each_address_of_a_name_is_checked(client, monkeypatch):
    """Nobody listens at the first; the second must not be asked instead."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port, ask = unused.getsockname()[1], socket.getaddrinfo
        hosts = ("127.0.0.1", "169.254.169.254")
        both = [one for host in hosts for one in ask(host, port, type=socket.SOCK_STREAM)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *name, **options: both)
        with pytest.raises(AddressRefused, match="169.254.169.254, a link-local or metadata"):
            client("/health", f"http://two.example:{port}").call()


@pytest.fixture(scope="module")
def https():
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with serve(context) as url, authority.cert_pem.tempfile() as certificate:
        yield url, certificate


def test_tls_is_timed_apart(client, https):
    url, certificate = https
    here = client("/health", url)
    here.verify = certificate
    sample = here.call()
    assert sample.error_type == "" and sample.tls_ms > 0


def test_a_certificate_that_nobody_trusts(client, https):
    assert client("/health", https[0]).call().error_type == "tls"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("app;dur=12.5", {"app": 12.5}),
        ('db;desc="a, b";dur=3, App ; dur=4, app;dur=9', {"db": 3.0, "app": 4.0}),
        ("init;dur=451.2;desc=\"on-demand\"", {"init": 451.2}),
        ("app, x;dur=, ;dur=1, y;dur=-1, z;dur=1e999, \x00", {}),
        ("a" * 1_000_000, {}),
        ("", {}),
    ],
)  # fmt: skip
def test_server_timing(header, found):
    assert timings(header) == found


def test_cold_start_headers():
    assert [cold_start(text) for text in ("1", " TRUE", "0", "false", "", "x")] == [
        True, True, False, False, None, None,
    ]  # fmt: skip
