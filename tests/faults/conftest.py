"""The service behind a proxy, before a PostgreSQL of its own: TEST_DATABASE=postgresql."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests import database
from tests.blackbox.service import running_service
from tests.build import payload
from tests.database import ADMIN_PASSWORD, manage
from tests.faults.cluster import Cluster
from tests.faults.proxy import Proxy

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
    cluster: Cluster
    proxy: Proxy
    base_url: str
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
        return self.cluster.run(sql, NAME)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    cluster.run(f"CREATE ROLE {USER} LOGIN")
    cluster.run(f"CREATE DATABASE {NAME} OWNER {USER}")
    manage(cluster.url(NAME, USER), "migrate", "--verbosity", "0")
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def service(cluster) -> Iterator[Service]:
    proxy = Proxy(cluster.socket)
    url = f"postgresql://{USER}@127.0.0.1:{proxy.port}/{NAME}"
    with running_service(url, ADMIN_PASSWORD=ADMIN_PASSWORD) as base_url:
        service = Service(cluster, proxy, base_url)
        service.log_in()
        yield service
    proxy.close()


@pytest.fixture
def sender(service, record_property) -> Iterator[Sender]:
    """At the end: what was acknowledged is stored, what is stored is counted, each once."""
    sender = Sender(service.base_url)
    assert all(answer.ok for answer in sender.send_many())
    yield sender
    record_property("longest_seconds", round(sender.longest, 2))
    service.proxy.heal()
    record_property("recovery_seconds", round(sender.heal(), 2))
    stored = {row[0] for row in service.sql("SELECT request_id FROM tracking_airequest")}
    assert sender.acknowledged <= stored
    [(counted,)] = service.sql("SELECT sum(requests) FROM tracking_total WHERE period = 1")
    assert counted == len(stored)
