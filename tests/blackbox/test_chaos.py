"""64 writers, killed workers, a killed database and killed folds: nothing lost, nothing twice."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg2
import pytest
import requests

from tests.blackbox.folder import Folder
from tests.blackbox.load import Client, Killer, Payload, at_once, payloads, send_all
from tests.blackbox.loaded import Loaded, NothingLost
from tests.blackbox.scraper import Scraper
from tests.blackbox.server import Server, postgresql
from tests.blackbox.service import running_service
from tests.blackbox.truth import read_series

pytestmark = [pytest.mark.slow]

WRITERS = 64
RECORDS = 9_000
KILL_EVERY = 400
STOPS = 2
SECONDS_BETWEEN_STOPS = 5


@dataclass
class Run(Loaded):
    folder: Folder
    killed: list[int]
    unread: list[str]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with postgresql() as server, running_service(server.url) as base_url:
        yield _run(base_url, server)


def _run(base_url: str, server: Server) -> Run:
    records = payloads(RECORDS, seed=9)
    clients = [Client(base_url) for _ in range(WRITERS)]
    killer = Killer(clients[0], KILL_EVERY // WRITERS)
    unread: list[str] = []
    sent = [partial(_send_and_see, client, unread) for client in clients[1:4]]
    with (
        Scraper(base_url, unanswered=frozenset({503})) as scraper,
        Folder(server.url, kill_every_seconds=0.05) as folder,
    ):
        senders: list[Callable[[Payload], Any]] = [killer.send, *sent]
        senders += [client.send for client in clients[4:]]
        at_once(partial(send_all, records, senders), partial(_stop_and_start, server))
    scraper.scrape()
    return Run(base_url, server.url, records, scraper, folder, killer.killed, unread)


def _stop_and_start(server: Server) -> None:
    for _ in range(STOPS):
        time.sleep(SECONDS_BETWEEN_STOPS)
        server.stop_at_once()
        time.sleep(1)
        server.start()


def _send_and_see(client: Client, unread: list[str], payload: Payload) -> None:
    """A scrape that begins after the acknowledgement has the record."""
    before = _counted(client.base_url, payload)
    client.send(payload)
    after = _counted(client.base_url, payload)
    if before is not None and after is not None and after <= before:
        unread.append(f"{payload['request_id']}: {after} after {before}")


def _counted(base_url: str, payload: Payload) -> float | None:
    """Requests of the record's model; None where the database is just away."""
    try:
        answer = requests.get(f"{base_url}/metrics", timeout=10)
    except requests.RequestException:
        return None
    if not answer.ok:
        return None
    labels = (("model_name", payload.get("model_name", "unknown")),)
    series, _ = read_series(answer.text)
    return series.get(("ai_request_duration_seconds_count", labels), 0.0)


def test_there_was_chaos(run):
    assert len(run.killed) >= 5
    assert run.folder.kills >= 5
    assert run.folder.folds > 50


class TestNothingLost(NothingLost):
    """Through killed workers, a killed database and killed folds."""


def test_a_scrape_after_an_acknowledgement_has_the_record(run):
    assert run.unread == []


def test_every_total_is_that_of_the_rows(run):
    """Hours, days and all time, with what is pending: what pages and analytics read."""
    with closing(psycopg2.connect(run.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "(SELECT period, label_set_id, duration_bin, sum(requests), sum(total_tokens),"
            " sum(cost_usd) FROM tracking_total GROUP BY 1, 2, 3) EXCEPT"
            " (SELECT period, label_set_id, duration_bin, sum(requests), sum(total_tokens),"
            " sum(cost_usd) FROM tracking_placedrequest GROUP BY 1, 2, 3)"
        )
        assert cursor.fetchall() == []
