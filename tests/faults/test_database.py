"""Faults of a real database under the container server: what a client gets, and how it heals.

Each test also holds, by its sender, that no client waits longer than it would, that nothing
acknowledged is lost, and that all that is stored is counted once.
"""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import psycopg2
import pytest
import requests

from tests.blackbox.service import wait_until_healthy, worker_pid
from tests.faults.cluster import small_disk
from tests.faults.conftest import NAME, USER


def refused(answers, error="Database unavailable"):
    """All with 503, what to do, and when."""
    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {(503, error)}
    assert all("same request_id" in answer.json()["message"] for answer in answers)
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
    return True


def test_a_database_that_is_away_refuses_records(service, sender):
    service.proxy.refuses = True
    service.proxy.cut()
    assert refused(sender.send_many())
    assert sender.health() < 1
    assert service.get("/dashboard/").status_code == 503


def test_a_silent_database_refuses_records_within_the_clients_patience(service, sender):
    service.proxy.silent = True
    assert refused(sender.send_many(8))
    assert sender.longest < 5


def test_health_answers_beside_records_and_pages_for_a_silent_database(service, sender):
    """Once it is noticed, one thread of a process waits for it; before, at most one deadline."""
    service.proxy.silent = True
    with ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(sender.send) for _ in range(24)]
        waiting += [threads.submit(service.get, "/dashboard/") for _ in range(6)]
        times = [sender.health_a_moment_later() for _ in range(40)]
    assert {future.result().status_code for future in waiting} == {503}
    assert max(times) < 5
    assert median(times) < 0.5


@pytest.mark.parametrize("path", ["/dashboard/", "/metrics", "/analytics/a", "/health/detailed"])
def test_what_is_read_from_a_silent_database_is_unavailable(service, sender, path):
    assert service.get(path).status_code == 200
    service.proxy.silent = True
    started = time.monotonic()
    assert service.get(path).status_code == 503
    assert time.monotonic() - started < 25


def test_frozen_backends_are_replaced_by_new_connections(service, sender):
    with service.cluster.frozen_backends(NAME):
        assert {answer.status_code for answer in sender.send_many()} == {200}


def test_a_slow_database_is_waited_for(service, sender):
    service.proxy.delay = 0.3
    assert {answer.status_code for answer in sender.send_many()} == {200}


def test_a_black_holed_host_refuses_records(service, sender):
    """Its connections are gone, and packets of new ones vanish."""
    service.proxy.hole()
    assert refused(sender.send_many(8))
    assert sender.health() < 1


def test_a_connection_that_is_cut_on_one_side_is_replaced(service, sender):
    service.proxy.cut_answers()
    assert {answer.status_code for answer in sender.send_many()} == {200}


def test_a_record_whose_answer_was_cut_is_counted_once(service, sender):
    """Sent again with its request_id, as the answer advises."""
    service.proxy.delay = 3
    answer = sender.send("unknown")
    assert (answer.status_code, answer.json()["request_id"]) == (503, "unknown")
    service.proxy.delay = 0
    assert sender.send("unknown").json()["duplicate"] is True


def test_a_record_that_was_tried_again_inside_is_no_duplicate(service, sender):
    service.proxy.lose_answers()
    answers = sender.send_many(4)
    assert [answer.json()["duplicate"] for answer in answers] == [False] * 4


def test_a_record_whose_process_was_killed_after_its_commit_is_counted_once(service, sender):
    session = requests.Session()
    process = worker_pid(session, service.base_url)
    service.proxy.delay = 0.4
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(sender.send, "killed", post=session.post)
        wait_until_stored(service, "killed")
        os.kill(process, signal.SIGKILL)
        with pytest.raises(requests.ConnectionError):
            answer.result()
    service.proxy.delay = 0
    wait_until_healthy(service.base_url)
    assert sender.send("killed").json()["duplicate"] is True


def wait_until_stored(service, request_id):
    sql = f"SELECT 1 FROM tracking_airequest WHERE request_id = '{request_id}'"
    deadline = time.monotonic() + 10
    while not service.sql(sql):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_read_only_database_refuses_records_and_shows_figures(service, sender):
    service.sql(f"ALTER DATABASE {NAME} SET default_transaction_read_only = on")
    service.cluster.end_connections(NAME)
    try:
        assert refused(sender.send_many(), "Database read-only")
        through_django = sender.send(headers={"Origin": "https://shop.example"})
        assert refused([through_django], "Database read-only")
        assert service.get("/metrics").status_code == 200
    finally:
        service.cluster.run(f"ALTER DATABASE {NAME} RESET default_transaction_read_only")
        service.cluster.end_connections(NAME)


def test_a_database_without_free_connections_refuses_records(service, sender):
    service.sql(f"ALTER ROLE {USER} CONNECTION LIMIT 0")
    service.cluster.end_connections(NAME)
    try:
        assert refused(sender.send_many(), "Database out of connections")
    finally:
        service.sql(f"ALTER ROLE {USER} CONNECTION LIMIT -1")


def test_a_restarting_database_refuses_records_until_it_is_back(service, sender):
    service.cluster.stop("immediate")
    try:
        assert refused(sender.send_many())
    finally:
        service.cluster.start()


def test_a_full_disk_refuses_records(service, sender):
    with small_disk(service.cluster.folder.owner()) as folder:
        service.sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
        service.sql("ALTER TABLE tracking_airequest SET TABLESPACE small")
        service.sql("CREATE TABLE filler (byte text) TABLESPACE small")
        try:
            with pytest.raises(psycopg2.errors.DiskFull):
                service.sql("INSERT INTO filler SELECT md5(n::text) FROM generate_series(1, 1e6) n")
            answers = sender.send_many(80)
            assert refused(answers[-4:], "Database out of disk or memory")
        finally:
            service.sql("DROP TABLE filler")
            service.sql("ALTER TABLE tracking_airequest SET TABLESPACE pg_default")
            service.sql("DROP TABLESPACE small")


def test_a_missing_privilege_is_named(service, sender):
    service.sql("ALTER TABLE tracking_airequest OWNER TO postgres")
    try:
        answer = sender.send()
        assert (answer.status_code, answer.json()["error"]) == (503, "Database permission denied")
        assert service.get("/health/detailed").status_code == 503
    finally:
        service.sql(f"ALTER TABLE tracking_airequest OWNER TO {USER}")


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_that_the_database_cuts_off_is_refused(service, sender, kind):
    """Never a shorter one that looks complete."""
    sender.send_batches(5)
    complete = service.get(f"/dashboard/requests.{kind}")
    assert complete.status_code == 200
    assert len(complete.content) == int(complete.headers["Content-Length"])
    service.proxy.cut_after = 1_000_000
    answer = service.get(f"/dashboard/requests.{kind}")
    assert answer.status_code == 503
    assert "Database unavailable" in answer.text
