"""The deadline of each answer, on real connections: PostgreSQL's, and one that says nothing."""

import os
import socket
import threading
import time
from contextlib import closing

import psycopg2
import pytest

from tests.database import POSTGRESQL
from tracking.store import deadline
from tracking.store.deadline import DeadlinePassed


@pytest.fixture
def nobody():
    """A port that takes connections and bytes, and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://postgres@127.0.0.1:{server.getsockname()[1]}/nobody"


@pytest.fixture(autouse=True)
def heard():
    yield
    deadline._silence.known = False


def test_a_connection_that_nobody_answers_is_given_up(nobody):
    with deadline.within(0.2), pytest.raises(DeadlinePassed):
        psycopg2.connect(nobody)


def test_while_one_thread_asks_a_silent_database_others_are_told_at_once(nobody):
    def ask():
        with deadline.of_request(), pytest.raises(DeadlinePassed):
            psycopg2.connect(nobody)

    with deadline.within(0.1), pytest.raises(DeadlinePassed):
        psycopg2.connect(nobody)
    first = threading.Thread(target=ask)
    first.start()
    time.sleep(0.3)
    started = time.monotonic()
    ask()
    assert first.is_alive()
    assert time.monotonic() - started < 0.5
    first.join()


@pytest.mark.skipif(not POSTGRESQL, reason="about PostgreSQL")
def test_an_answer_that_comes_too_late_costs_the_connection():
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        with deadline.within(0.2), pytest.raises(DeadlinePassed):
            connection.cursor().execute("SELECT pg_sleep(5)")
        assert connection.closed


@pytest.mark.skipif(not POSTGRESQL, reason="about PostgreSQL")
def test_a_command_waits_as_long_as_it_takes():
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        with deadline.of_request(), deadline.within(60):
            connection.cursor().execute("SELECT 1")
        connection.cursor().execute("SELECT pg_sleep(0.3)")
        assert not connection.closed
