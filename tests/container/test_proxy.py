"""The compose file's proxy: what it is told, and a real Caddy before the service."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests
import yaml

from mlops.hang_up import SILENT_SECONDS
from tests.blackbox.senders import connect, head, seconds_to_answer, slow_senders
from tests.blackbox.service import free_port, running_service, wait_until_healthy
from tests.build import payload
from tests.container.namespace import Namespace, namespace, needs

ROOT = Path(__file__).resolve().parents[2]
CADDYFILE = (ROOT / "deploy/Caddyfile").read_text()
SERVICES = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
KEY = "k" * 32


def test_only_the_proxy_is_reached_from_outside():
    open_to_all = {
        name
        for name, service in SERVICES.items()
        if any(not port.startswith("127.0.0.1:") for port in service.get("ports", []))
    }
    assert open_to_all == {"proxy"}


def test_the_domain_comes_from_outside_and_is_plain_http_without_one():
    assert SERVICES["proxy"]["environment"] == {"DOMAIN": "${DOMAIN:-:80}"}
    assert "{$DOMAIN} {" in CADDYFILE


def test_the_proxy_keeps_its_certificates():
    assert "proxy:/data" in SERVICES["proxy"]["volumes"]


def test_the_proxy_waits_for_a_healthy_service():
    assert SERVICES["proxy"]["depends_on"] == {"service": {"condition": "service_healthy"}}


def test_the_proxy_passes_on_to_the_service_of_the_compose_file():
    assert f"reverse_proxy service:{SERVICES['service']['expose'][0]}" in CADDYFILE


@pytest.fixture(scope="module")
def proxy_url(tmp_path_factory) -> Iterator[str]:
    if not shutil.which("caddy"):
        if os.environ.get("CI") == "true":
            pytest.fail("caddy is missing")
        pytest.skip("needs Caddy: apt-get install caddy")
    folder = tmp_path_factory.mktemp("proxy")
    port = free_port()
    url = f"http://localhost:{port}"
    environment = {"ENVIRONMENT": "production", "SECRET_KEY": "s" * 50, "MLOPS_API_KEY": KEY}
    with running_service(
        f"sqlite:///{folder}/db.sqlite3", TRUSTED_PROXIES="127.0.0.1", **environment
    ) as service:
        file = folder / "Caddyfile"
        file.write_text(CADDYFILE.replace("service:5001", service.removeprefix("http://")))
        command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
        caddy = subprocess.Popen(
            command, env={"DOMAIN": f":{port}", "HOME": str(folder), "PATH": os.environ["PATH"]}
        )
        try:
            wait_until_healthy(url, caddy)
            yield url
        finally:
            caddy.terminate()
            caddy.wait(30)


def test_a_record_is_stored_through_the_proxy(proxy_url):
    headers = {"X-API-Key": KEY}
    answer = requests.post(f"{proxy_url}/track", json=payload(), headers=headers, timeout=9)
    assert answer.json()["database_stored"] is True


@pytest.mark.parametrize(("key", "status"), [(KEY, 413), ("wrong", 403), ("", 401)])
@pytest.mark.parametrize("size", [1_100_000, 3_000_000])
def test_a_body_that_is_not_taken_is_refused_behind_the_proxy(proxy_url, size, key, status):
    """A service that answers before the body has come has Caddy say 502 now and then."""

    def send(_: int) -> int:
        url, headers = f"{proxy_url}/track/batch", {"X-API-Key": key}
        return requests.post(url, b"x" * size, headers=headers, timeout=30).status_code

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(send, range(40))) == {status}


@pytest.fixture
def with_domain(tmp_path) -> Iterator[Namespace]:
    """Caddy alone, with the ports of the compose file."""
    program = needs("caddy")
    (tmp_path / "Caddyfile").write_text(CADDYFILE)
    environment = {"DOMAIN": "example.org", "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    with namespace(tmp_path) as inside:
        inside.start(
            *(program, "run", "--config", tmp_path / "Caddyfile", "--adapter", "caddyfile"),
            env=environment,
        )
        yield inside


@pytest.mark.parametrize(
    ("host", "answer"), [("example.org", "308 https://example.org/"), ("localhost", "421 ")]
)
def test_a_host_that_is_not_the_domain_is_refused(with_domain, host, answer):
    patient = ("--retry", "30", "--retry-connrefused", "--retry-delay", "1")
    told = ("-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}")
    found = with_domain.run("curl", *told, *patient, "http://localhost/", "-H", f"Host: {host}")
    assert found.stdout == answer


def test_health_answers_beside_slow_senders_to_the_proxy(proxy_url):
    with slow_senders(proxy_url, 60, KEY):
        assert max(seconds_to_answer(proxy_url) for _ in range(20)) < 10


@pytest.mark.slow
def test_a_slow_sender_to_the_proxy_is_told_504(proxy_url):
    with closing(connect(proxy_url)) as sender:
        sender.settimeout(3 * SILENT_SECONDS)
        sender.sendall(head("/track", KEY) + b"user")
        assert sender.recv(4096).startswith(b"HTTP/1.1 504 ")
