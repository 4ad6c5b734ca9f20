"""The whole service over HTTP: worker processes, PostgreSQL, killed workers, exact metrics."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg2
import pytest

from tests import database
from tests.blackbox.folder import Folder
from tests.blackbox.load import Client, Killer, Payload, Twins, at_once, batches, payloads, send_all
from tests.blackbox.scraper import Scraper
from tests.blackbox.service import (
    free_port,
    is_healthy,
    running_service,
    session_of_each_worker,
    wait_until_healthy,
)
from tests.blackbox.truth import differences, read_series, series_of

pytestmark = pytest.mark.skipif(
    not database.POSTGRESQL, reason="several processes share PostgreSQL: TEST_DATABASE=postgresql"
)

SINGLE, TWICE, BATCHED = 1_300, 200, 500
KILL_EVERY = 60


@dataclass
class Run:
    """A service under load, and what was seen meanwhile."""

    base_url: str
    database_url: str
    records: list[Payload]
    scraper: Scraper
    killed: list[int]
    twin_answers: list[list[bool]]
    unanswered: int


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with database.new_database() as url, running_service(url) as base_url:
        yield _run(base_url, url)


def _run(base_url: str, database_url: str) -> Run:
    records = payloads(SINGLE + TWICE + BATCHED, seed=1)
    singles, twice = records[:SINGLE], records[SINGLE : SINGLE + TWICE]
    killer = Killer(Client(base_url), KILL_EVERY)
    clients = [Client(base_url) for _ in range(3)]
    batcher = Client(base_url)
    twins = [Twins(base_url), Twins(base_url)]
    with Scraper(base_url) as scraper, Folder(database_url):
        _, twin_answers, _ = at_once(
            lambda: send_all(singles, [killer.send, *(client.send for client in clients)]),
            lambda: send_all(twice, [twin.send for twin in twins]),
            lambda: send_all(batches(records[SINGLE + TWICE :]), [batcher.send_batch]),
        )
    scraper.scrape()
    everyone = [*clients, batcher, *(client for twin in twins for client in twin.clients)]
    unanswered = sum(client.lost for client in everyone)
    return Run(base_url, database_url, records, scraper, killer.killed, twin_answers, unanswered)


def test_workers_were_killed_while_records_came_in(run):
    assert len(run.killed) >= 3
    assert run.unanswered > 0
    alive = session_of_each_worker(run.base_url)
    assert not set(run.killed) & set(alive)


def test_every_acknowledged_record_is_stored_once(run):
    with closing(psycopg2.connect(run.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT business_id, request_id FROM tracking_airequest")
        stored = sorted(cursor.fetchall())
    assert stored == sorted((str(r["business_id"]), r["request_id"]) for r in run.records)


def test_metrics_are_exact_through_each_worker(run):
    truth = series_of(run.records)
    for pid, session in session_of_each_worker(run.base_url).items():
        found, _ = read_series(session.get(f"{run.base_url}/metrics", timeout=10).text)
        assert differences(found, truth) == [], f"through worker {pid}"


def test_no_scrape_ever_showed_a_counter_lower_than_before(run):
    assert run.scraper.scrapes > 20
    assert run.scraper.falls == []


def test_of_two_copies_at_the_same_moment_one_is_the_duplicate(run):
    """Or both, where the first answer was lost and the record sent again."""
    assert all(any(answers) for answers in run.twin_answers)
    once = [answers for answers in run.twin_answers if sorted(answers) == [False, True]]
    assert len(once) > TWICE / 2


def test_a_service_stopped_while_it_starts_leaves_no_process_behind():
    port = free_port()
    metrics_url = f"http://127.0.0.1:{port}"
    with database.new_database() as url:
        with running_service(url, PROMETHEUS_PORT=str(port)) as base_url:
            wait_until_healthy(metrics_url)
        assert not is_healthy(base_url)
        assert not is_healthy(metrics_url)
