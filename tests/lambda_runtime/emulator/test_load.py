"""The black-box load against execution environments that are killed and started at random."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count

import psycopg2
import pytest

from tests.blackbox.load import Client, Payload, at_once, batches, payloads, send_all
from tests.blackbox.scraper import Scraper
from tests.blackbox.truth import differences, read_series, series_of
from tests.database import migrated_database
from tests.lambda_runtime.emulator.running import API_KEY, Running, running

ENVIRONMENTS = 8
SINGLE, TWICE, BATCHED = 900, 100, 400
KILL_EVERY = 60
HEADERS = {"X-API-Key": API_KEY}
# What API Gateway says when an environment has gone, or none is free.
GATEWAY = frozenset({429, 500, 502, 503})


@dataclass
class Run:
    """The service after the load, and what was seen meanwhile."""

    service: Running
    database_url: str
    records: list[Payload]
    scraper: Scraper
    lost: int


@pytest.fixture(scope="module")
def run(zip_path) -> Iterator[Run]:
    with (
        migrated_database() as url,
        running(zip_path, url, environments=ENVIRONMENTS) as service,
    ):
        yield _run(service, url)


def _run(service: Running, database_url: str) -> Run:
    records = payloads(SINGLE + TWICE + BATCHED, seed=3)
    singles, twice = records[:SINGLE], records[SINGLE : SINGLE + TWICE]
    clients = [Client(service.base_url, HEADERS, retried=GATEWAY) for _ in range(6)]
    sent = count()

    def send_and_kill(payload: Payload) -> None:
        if next(sent) % KILL_EVERY == KILL_EVERY - 1:
            service.local_lambda.kill_one()
        clients[0].send(payload)

    def send_twice(payload: Payload) -> None:
        at_once(*(lambda client=client: client.send(payload) for client in clients[3:5]))

    with Scraper(service.base_url, HEADERS, unanswered=GATEWAY) as scraper:
        at_once(
            lambda: send_all(singles, [send_and_kill, clients[1].send, clients[2].send]),
            lambda: send_all(twice, [send_twice]),
            lambda: send_all(batches(records[SINGLE + TWICE :]), [clients[5].send_batch]),
        )
    for _ in range(3):
        service.local_lambda.kill_one()
        scraper.scrape()
    return Run(service, database_url, records, scraper, sum(client.lost for client in clients))


def test_environments_were_killed_and_started(run):
    assert run.lost > 0
    assert (
        run.service.local_lambda.pool.started
        >= len(run.service.local_lambda.pool.environments()) + 3
    )


def test_every_acknowledged_record_is_stored_once(run):
    with closing(psycopg2.connect(run.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT business_id, request_id FROM tracking_airequest")
        stored = sorted(cursor.fetchall())
    assert stored == sorted((str(r["business_id"]), r["request_id"]) for r in run.records)


def test_metrics_are_exact_whichever_environment_answers(run):
    truth = series_of(run.records)
    for _ in range(3):
        while (answer := run.service.get("/metrics")).status_code in GATEWAY:
            continue
        found, _ = read_series(answer.text)
        assert differences(found, truth) == []
        run.service.local_lambda.kill_one()


def test_no_scrape_showed_a_counter_lower_than_before(run):
    assert run.scraper.scrapes > 3
    assert run.scraper.falls == []
