"""The whole service over HTTP: worker processes, PostgreSQL, killed workers, exact metrics."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests import database
from tests.blackbox.folder import Folder
from tests.blackbox.load import Client, Killer, Twins, at_once, batches, payloads, send_all
from tests.blackbox.loaded import Loaded, NothingLost
from tests.blackbox.scraper import Scraper
from tests.blackbox.service import (
    free_port,
    is_healthy,
    running_service,
    session_of_each_worker,
    wait_until_healthy,
)

pytestmark = pytest.mark.skipif(
    not database.POSTGRESQL, reason="several processes share PostgreSQL: TEST_DATABASE=postgresql"
)

SINGLE, TWICE, BATCHED = 1_300, 200, 500
KILL_EVERY = 60


@dataclass
class Run(Loaded):
    """What was seen meanwhile."""

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


class TestNothingLost(NothingLost):
    """Through killed workers, twins and batches."""


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
