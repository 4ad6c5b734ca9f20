"""Faults under load, on the container server and on AWS's Lambda runtime: nothing that was
acknowledged is lost, nothing is counted twice, and no counter falls."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg2
import pytest

from tests.blackbox.scraper import Scraper
from tests.faults.cluster import small_disk
from tests.faults.conftest import USER, Service
from tests.faults.load import Load

FAULT_SECONDS = 3.0
# Of the service, of its gateway, and of a gateway whose function was killed.
UNANSWERED = frozenset({429, 500, 502, 503})


@contextmanager
def stopped(service: Service) -> Iterator[None]:
    service.cluster.stop("immediate")
    yield
    service.cluster.start()


@contextmanager
def black_holed(service: Service) -> Iterator[None]:
    service.proxy.hole()
    yield
    service.proxy.heal()


@contextmanager
def silent(service: Service) -> Iterator[None]:
    service.proxy.silent = True
    yield
    service.proxy.heal()


@contextmanager
def slow(service: Service) -> Iterator[None]:
    service.proxy.delay = 0.3
    yield
    service.proxy.heal()


@contextmanager
def frozen(service: Service) -> Iterator[None]:
    with service.cluster.frozen_backends(service.name):
        yield


@contextmanager
def read_only(service: Service) -> Iterator[None]:
    service.cluster.run(f"ALTER DATABASE {service.name} SET default_transaction_read_only = on")
    service.cluster.end_connections(service.name)
    yield
    service.cluster.run(f"ALTER DATABASE {service.name} RESET default_transaction_read_only")
    service.cluster.end_connections(service.name)


@contextmanager
def crowded(service: Service) -> Iterator[None]:
    service.sql(f"ALTER ROLE {USER} CONNECTION LIMIT 0")
    service.cluster.end_connections(service.name)
    yield
    service.sql(f"ALTER ROLE {USER} CONNECTION LIMIT -1")


@contextmanager
def full(service: Service) -> Iterator[None]:
    with small_disk(service.cluster.folder.owner()) as folder:
        service.sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
        service.sql("ALTER TABLE tracking_pending SET TABLESPACE small")
        service.sql("CREATE TABLE filler (byte text) TABLESPACE small")
        with pytest.raises(psycopg2.errors.DiskFull):
            service.sql("INSERT INTO filler SELECT md5(n::text) FROM generate_series(1, 1e6) n")
        yield
        service.sql("DROP TABLE filler")
        service.sql("ALTER TABLE tracking_pending SET TABLESPACE pg_default")
        service.sql("DROP TABLESPACE small")


def again_and_again(do: Callable[[Service], object]) -> Callable[[Service], Iterator[None]]:
    def fault(service: Service) -> Iterator[None]:
        until = time.monotonic() + FAULT_SECONDS
        while time.monotonic() < until:
            do(service)
            time.sleep(0.2)
        yield

    return fault


@contextmanager
def killed(service: Service) -> Iterator[None]:
    """Answers of the database are late, so that most kills come between commit and answer."""
    service.proxy.delay = 0.1
    yield from again_and_again(lambda service: service.kill_one())(service)
    service.proxy.heal()


FAULTS: dict[str, Callable[[Service], AbstractContextManager[None]]] = {
    "stopped": stopped,
    "black-holed": black_holed,
    "silent": silent,
    "slow": slow,
    "frozen": frozen,
    "read-only": read_only,
    "crowded": crowded,
    "full": full,
    "cut": contextmanager(again_and_again(lambda service: service.proxy.cut())),
    "half-closed": contextmanager(again_and_again(lambda service: service.proxy.cut_answers())),
    "unheard": contextmanager(again_and_again(lambda service: service.proxy.lose_answers())),
    "killed": killed,
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_acknowledged_is_lost_and_nothing_counted_twice(host, fault, record_property):
    before = host.stored()
    scraper = Scraper(host.base_url, host.headers, UNANSWERED)
    with scraper, Load(host.base_url, host.headers) as load:
        load.wait_for_more()
        with FAULTS[fault](host):
            time.sleep(FAULT_SECONDS)
        seconds = load.wait_for_more()
    record_property("outcomes", dict(load.outcomes))
    record_property("longest_seconds", round(load.longest, 2))
    record_property("recovery_seconds", round(seconds, 2))
    assert sorted(host.stored() - before) == sorted(load.acknowledged)
    assert host.counted() == len(host.stored())
    assert scraper.falls == []
    assert fault != "killed" or load.duplicates
