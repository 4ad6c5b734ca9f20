"""A Next.js application, built and started for production, sends what its users do."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg2
import psycopg2.extras
import pytest
import requests

from tests.blackbox.service import free_port, running_service
from tests.clients.installed import CLIENTS, EXAMPLE, install, npm
from tests.database import migrated_database
from tests.tools import program

pytestmark = pytest.mark.slow

KEY = "a-key-of-the-tests"
OUTAGE_SECONDS = 20
# The client's own is a minute.
DEADLINE_SECONDS = 60
START_SECONDS = 60
NEXT = str(CLIENTS / "node_modules/next/dist/bin/next")


@dataclass
class Chat:
    """What a user saw of one call."""

    id: str
    text: str
    seconds: float


@dataclass
class Application:
    url: str
    database_url: str

    def ask(self, question: str, *, until: str = "") -> Chat:
        """Streams the answer; hangs up once `until` has come."""
        chat = uuid4().hex
        part = {"type": "text", "text": question}
        message = {"id": "m1", "role": "user", "parts": [part]}
        body = {"id": chat, "messages": [message]}
        started, text = time.monotonic(), ""
        with requests.post(f"{self.url}/api/chat", json=body, stream=True, timeout=30) as answer:
            for chunk in answer.iter_content(None):
                text += chunk.decode()
                if until and until in text:
                    break
        return Chat(chat, text, time.monotonic() - started)

    def ask_plainly(self, question: str) -> Chat:
        chat, started = uuid4().hex, time.monotonic()
        body = {"id": chat, "question": question}
        answer = requests.post(f"{self.url}/api/plain", json=body, timeout=30)
        return Chat(chat, answer.text, time.monotonic() - started)

    def stored(self, chat: Chat, seconds: float = DEADLINE_SECONDS) -> dict[str, Any]:
        """The only record of the chat, as soon as it's there."""
        deadline = time.monotonic() + seconds
        while not (rows := self.rows("WHERE conversation_id = %s", chat.id)):
            assert time.monotonic() < deadline, "nothing was stored"
            time.sleep(0.1)
        [row] = rows
        return row

    def rows(self, condition: str = "", *values: object) -> list[dict[str, Any]]:
        with closing(psycopg2.connect(self.database_url)) as connection:
            cursor = connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor)
            cursor.execute(f"SELECT * FROM tracking_airequest {condition}", values)
            return [dict(row) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with migrated_database() as url:
        yield url


@pytest.fixture(scope="module")
def built() -> None:
    install()
    npm("run", "build", "--workspace", EXAMPLE)


@contextmanager
def started(database_url: str, service_url: str) -> Iterator[Application]:
    """The application, which sends to the service whether it's there or not."""
    port = free_port()
    command = [program("node", package="nodejs"), NEXT, "start", "-H", "127.0.0.1", "-p", str(port)]
    tracking = {"MLOPS_SERVICE_URL": service_url, "MLOPS_API_KEY": KEY}
    environment = {**os.environ, "NEXT_TELEMETRY_DISABLED": "1", **tracking}
    process = subprocess.Popen(command, cwd=CLIENTS / "nextjs-example", env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_answering(url, process)
        yield Application(url, database_url)
    finally:
        process.terminate()
        process.wait(30)


def wait_until_answering(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "next start ended"
        assert time.monotonic() < deadline, f"no answer from {url}"
        try:
            requests.get(url, timeout=5).raise_for_status()
            return
        except requests.ConnectionError:
            time.sleep(0.1)


def service(database_url: str, port: int) -> AbstractContextManager[str]:
    variables = {"SERVICE_PORT": str(port), "MLOPS_API_KEY": KEY, "WEB_CONCURRENCY": "2"}
    return running_service(database_url, **variables)


@pytest.fixture(scope="module")
def application(built, database_url) -> Iterator[Application]:
    with (
        service(database_url, free_port()) as service_url,
        started(database_url, service_url) as application,
    ):
        yield application


def test_a_chat_has_its_tokens_and_times(application):
    before = datetime.now(UTC)
    chat = application.ask("Are you open?")
    row = application.stored(chat)
    assert "Monday" in chat.text
    assert (row["input_tokens"], row["output_tokens"], row["total_tokens"]) == (100, 50, 150)
    assert (row["cached_read_tokens"], row["reasoning_tokens"]) == (30, 20)
    assert (row["business_id"], row["request_model"]) == ("clinic", "mock-1-2026-11")
    assert (row["error_type"], row["success_rate"]) == ("", 1)
    assert 0 < row["time_to_first_chunk_ms"] < row["duration_ms"] < 1000 * chat.seconds
    assert row["duration_ms"] > 8 * 25 - 8
    assert before < row["occurred_at"] < datetime.now(UTC)


def test_a_chat_that_its_user_leaves_is_aborted(application):
    chat = application.ask("slowly: are you open?", until="Yes")
    row = application.stored(chat)
    assert (row["outcome"], row["error_type"], row["total_tokens"]) == ("aborted", "", None)
    assert row["duration_ms"] < 8 * 500


def test_a_call_that_the_model_refuses_has_its_status(application):
    row = application.stored(application.ask("refuse"))
    assert (row["error_type"], row["success_rate"], row["input_tokens"]) == ("429", 0, None)


def test_an_answer_that_breaks_is_a_failure(application):
    row = application.stored(application.ask("break"))
    assert (row["error_type"], row["success_rate"]) == ("unknown", 0)


def test_without_the_client_a_call_has_its_tokens_and_times(application):
    chat = application.ask_plainly("Are you open?")
    row = application.stored(chat)
    assert (row["input_tokens"], row["output_tokens"], row["total_tokens"]) == (100, 50, 150)
    assert 200 - 8 < row["duration_ms"] < 1000 * chat.seconds


def test_without_the_client_a_failure_is_one(application):
    row = application.stored(application.ask_plainly("refuse"))
    assert row["error_type"] == "AI_APICallError"


def test_an_outage_loses_nothing_and_counts_nothing_twice(built, database_url):
    port, questions = free_port(), ["open?", "refuse", "break", "closed?"] * 5
    with started(database_url, f"http://127.0.0.1:{port}") as application:
        began, ends = datetime.now(UTC), time.monotonic() + OUTAGE_SECONDS
        with ThreadPoolExecutor(4) as threads:
            chats = list(threads.map(application.ask, questions))
        # Whoever chats notices nothing of it.
        assert max(chat.seconds for chat in chats) < OUTAGE_SECONDS / 2
        time.sleep(max(0, ends - time.monotonic()))
        over = datetime.now(UTC)
        with service(database_url, port):
            rows = [application.stored(chat) for chat in chats]
            assert all(began < row["occurred_at"] < over < row["received_at"] for row in rows)
            assert Counter(row["error_type"] for row in rows) == {"": 10, "429": 5, "unknown": 5}
        times = Counter(row["conversation_id"] for row in application.rows())
        assert {times[chat.id] for chat in chats} == {1}
