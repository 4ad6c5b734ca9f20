"""The service behind a proxy, before a PostgreSQL of its own: TEST_DATABASE=postgresql."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests import database
from tests.blackbox.service import running_service, worker_pid
from tests.build import payload
from tests.database import ADMIN_PASSWORD, manage
from tests.faults.cluster import Cluster
from tests.faults.proxy import Proxy
from tests.lambda_runtime import package
from tests.lambda_runtime.emulator.running import API_KEY, running

collect_ignore_glob = [] if database.POSTGRESQL else ["test_*.py"]

NAME = "service"
# No superuser: those are let in past every limit.
USER = "service"
CLIENT_SECONDS = 5.0
HEALED_SECONDS = 30


@dataclass
class Sender:
    """Sends records as the backend does, and knows which of them were acknowledged."""

    base_url: str
    acknowledged: set[str] = field(default_factory=set)
    longest: float = 0.0

    def send(
        self, request_id: str = "", post: Any = requests.post, **options: Any
    ) -> requests.Response:
        """Fails where the client would have given up."""
        key = request_id or uuid4().hex
        started = time.monotonic()
        body = payload(request_id=key)
        options = {"json": body, "timeout": CLIENT_SECONDS, **options}
        answer: requests.Response = post(f"{self.base_url}/track", **options)
        self.longest = max(self.longest, time.monotonic() - started)
        if answer.ok:
            self.acknowledged.add(key)
        return answer

    def send_many(self, count: int = 12) -> list[requests.Response]:
        """To every worker process, some of them at once."""
        with ThreadPoolExecutor(4) as threads:
            return list(threads.map(lambda _: self.send(), range(count)))

    def send_batches(self, count: int) -> None:
        """Of a thousand records each."""
        for _ in range(count):
            keys = [uuid4().hex for _ in range(1_000)]
            body = {"records": [payload(request_id=key) for key in keys]}
            url = f"{self.base_url}/track/batch"
            requests.post(url, json=body, timeout=CLIENT_SECONDS).raise_for_status()
            self.acknowledged |= set(keys)

    def heal(self) -> float:
        """Seconds until a dozen records in a row are taken."""
        started = time.monotonic()
        while not all(answer.ok for answer in self.send_many()):
            assert time.monotonic() < started + HEALED_SECONDS, "it doesn't heal"
            time.sleep(0.1)
        return time.monotonic() - started

    def health_a_moment_later(self) -> float:
        time.sleep(0.1)
        return self.health()

    def health(self) -> float:
        started = time.monotonic()
        requests.get(f"{self.base_url}/health", timeout=CLIENT_SECONDS).raise_for_status()
        return time.monotonic() - started


@dataclass
class Service:
    """`name` is its database's; `kill_one` kills one of its processes."""

    cluster: Cluster
    proxy: Proxy
    base_url: str
    name: str
    headers: dict[str, str]
    kill_one: Callable[[], object]
    session: requests.Session = field(default_factory=requests.Session)

    def log_in(self) -> None:
        url = f"{self.base_url}/admin/login/"
        self.session.get(url, timeout=20)
        form = {"username": "admin", "password": ADMIN_PASSWORD}
        form["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        self.session.post(url, data=form, timeout=20).raise_for_status()

    def get(self, path: str) -> requests.Response:
        """As Lambda would, it gives up after 30 s."""
        return self.session.get(f"{self.base_url}{path}", timeout=30)

    def sql(self, sql: str) -> list[tuple[Any, ...]]:
        return self.cluster.run(sql, self.name)

    def stored(self) -> set[str]:
        return {row[0] for row in self.sql("SELECT request_id FROM tracking_airequest")}

    def counted(self) -> int:
        sql = "SELECT sum(requests) FROM tracking_total WHERE period = 1"
        return int(self.sql(sql)[0][0] or 0)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    cluster.run(f"CREATE ROLE {USER} LOGIN")
    yield cluster
    cluster.close()


@contextmanager
def proxied(cluster: Cluster, name: str) -> Iterator[tuple[Proxy, str]]:
    """A migrated database, a proxy before it, and its URL through the proxy."""
    cluster.run(f"CREATE DATABASE {name} OWNER {USER}")
    manage(cluster.url(name, USER), "migrate", "--verbosity", "0")
    proxy = Proxy(cluster.socket)
    yield proxy, f"postgresql://{USER}@127.0.0.1:{proxy.port}/{name}"
    proxy.close()


@pytest.fixture(scope="session")
def service(cluster) -> Iterator[Service]:
    with (
        proxied(cluster, NAME) as (proxy, url),
        running_service(url, ADMIN_PASSWORD=ADMIN_PASSWORD) as base_url,
    ):
        service = Service(cluster, proxy, base_url, NAME, {}, lambda: kill_worker(base_url))
        service.log_in()
        yield service


def kill_worker(base_url: str) -> None:
    with requests.Session() as session, suppress(requests.RequestException, ProcessLookupError):
        os.kill(worker_pid(session, base_url), signal.SIGKILL)


@pytest.fixture(scope="session")
def on_lambda(cluster) -> Iterator[Service]:
    package.build()
    headers = {"X-API-Key": API_KEY}
    with (
        proxied(cluster, "lambda") as (proxy, url),
        running(package.ZIP, url, environments=8) as running_lambda,
    ):
        kill_one = running_lambda.local_lambda.kill_one
        yield Service(cluster, proxy, running_lambda.base_url, "lambda", headers, kill_one)


@pytest.fixture(params=["service", "on_lambda"])
def host(request) -> Service:
    service: Service = request.getfixturevalue(request.param)
    return service


@pytest.fixture
def sender(service, record_property) -> Iterator[Sender]:
    """At the end: what was acknowledged is stored, what is stored is counted, each once."""
    sender = Sender(service.base_url)
    assert all(answer.ok for answer in sender.send_many())
    yield sender
    record_property("longest_seconds", round(sender.longest, 2))
    service.proxy.heal()
    record_property("recovery_seconds", round(sender.heal(), 2))
    stored = service.stored()
    assert sender.acknowledged <= stored
    assert service.counted() == len(stored)
