"""Makes records and sends each until it is acknowledged: alone, twice at a time, or in a batch."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import requests

from tests.blackbox.service import worker_pid

Payload = dict[str, Any]
Job = TypeVar("Job")

BUSINESSES = ("clinic", "law-firm", 'Müller & "Söhne"\n\\Nord', "garage", 4711)
MODELS = ("gpt-4o", "gpt-4o-mini", "gemini-2.0-flash", None)
INTENTS = ("general", "pricing", "appointment", None)
RESPONSE_TYPES = ("text", "appointment_booking", "human_handoff", "error", None)
ERROR_TYPES = (None, None, None, "timeout", "rate_limit")
ON_BOUNDS_MS = (0, 100, 250.0, 500, 1000, 2000.0, 5000, 10000, 120000, 120000.001, 99.999)
RETRY_SECONDS = 30
BATCH = 20
RECONNECTIONS = 20


def payloads(count: int, seed: int) -> list[Payload]:
    chance = random.Random(seed)
    return [_payload(chance, f"r{number}") for number in range(count)]


def _payload(chance: random.Random, request_id: str) -> Payload:
    fields = {
        "request_id": request_id,
        "business_id": chance.choice(BUSINESSES),
        "model_name": chance.choice(MODELS),
        "intent_detected": chance.choice(INTENTS),
        "response_type": chance.choice(RESPONSE_TYPES),
        "error_type": chance.choice(ERROR_TYPES),
        "response_time_ms": _duration_ms(chance),
        "tokens_used": chance.randrange(5000),
        "prompt_tokens": chance.choice((None, chance.randrange(4000))),
        "completion_tokens": chance.choice((None, chance.randrange(1000))),
        "api_cost_usd": chance.choice((None, round(chance.random() / 100, 9))),
        "success_rate": chance.choice((None, 1.0, 1, 0.0, 0.75)),
        "appointment_requested": chance.choice((None, True, False)),
        "appointment_booked": chance.choice((None, True, False)),
        "human_handoff_requested": chance.choice((None, True, False)),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _duration_ms(chance: random.Random) -> float:
    on_bound = chance.random() < 0.3
    return chance.choice(ON_BOUNDS_MS) if on_bound else chance.lognormvariate(7, 1.5)


@dataclass
class Client:
    """One kept-alive connection, made anew where it breaks. `lost` counts missing answers.

    Answers of a status in `retried` count as missing: a gateway's, when its worker was killed.
    """

    base_url: str
    headers: dict[str, str] = field(default_factory=dict)
    retried: frozenset[int] = frozenset({503})
    lost: int = 0

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        self.connect()

    def connect(self) -> None:
        self.session = requests.Session()
        self.session.headers.update(self.headers)
        self._pid: int | None = None

    def pid(self) -> int:
        """Of the worker at the other end; connects anew where that one is gone."""
        while self._pid is None:
            try:
                self._pid = worker_pid(self.session, self.base_url)
            except requests.ConnectionError:
                self.connect()
        return self._pid

    def send(self, payload: Payload) -> bool:
        """Until it is acknowledged; answers whether it was called a duplicate."""
        body = self._post("/track", payload)
        assert body["request_id"] == payload["request_id"]
        return bool(body["duplicate"])

    def send_batch(self, batch: list[Payload]) -> None:
        body = self._post("/track/batch", {"records": batch})
        assert [result["request_id"] for result in body["results"]] == [
            payload["request_id"] for payload in batch
        ]

    def _post(self, path: str, body: Payload) -> dict[str, Any]:
        answers = self._answers(path, body)
        answer = next(answer for answer in answers if answer.status_code not in self.retried)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        acknowledged: dict[str, Any] = answer.json()
        return acknowledged

    def _answers(self, path: str, body: Payload) -> Iterator[requests.Response]:
        deadline = time.monotonic() + RETRY_SECONDS
        while time.monotonic() < deadline:
            try:
                yield self.session.post(f"{self.base_url}{path}", json=body, timeout=10)
            except requests.ConnectionError:
                self.connect()
            self.lost += 1
        raise AssertionError(f"not acknowledged in {RETRY_SECONDS} s: {path}")


class Twins:
    """Two clients at two workers, which send one record at the same moment."""

    def __init__(self, base_url: str, headers: dict[str, str] | None = None) -> None:
        self.clients = Client(base_url, headers or {}), Client(base_url, headers or {})

    def send(self, payload: Payload) -> list[bool]:
        """Whether either answer called it a duplicate."""
        self._part()
        start = threading.Barrier(2)

        def send(client: Client) -> bool:
            start.wait()
            return client.send(payload)

        return at_once(*(partial(send, client) for client in self.clients))

    def _part(self) -> None:
        """Connects anew until two workers are at the other ends, if there are two."""
        first, second = self.clients
        for _ in range(RECONNECTIONS):
            if first.pid() != second.pid():
                return
            second.connect()


@dataclass
class Killer:
    """A client that now and then kills the worker at the other end of its connection."""

    client: Client
    every: int
    killed: list[int] = field(default_factory=list)
    sent: int = 0

    def send(self, payload: Payload) -> None:
        self.sent += 1
        if self.sent % self.every == 0:
            self.kill()
        self.client.send(payload)

    def kill(self) -> None:
        pid = self.client.pid()
        os.kill(pid, signal.SIGKILL)
        self.killed.append(pid)
        self.client.connect()


def send_all(jobs: list[Job], senders: list[Callable[[Job], Any]]) -> list[Any]:
    """Each sender takes the next job as soon as it is done with one; their answers, unordered."""
    waiting = iter(jobs)
    lock = threading.Lock()

    def work(send: Callable[[Job], Any]) -> list[Any]:
        return [send(job) for job in iter(lambda: _next(waiting, lock), None)]

    with ThreadPoolExecutor(len(senders)) as threads:
        return [answer for answers in threads.map(work, senders) for answer in answers]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each of the calls answers, each run in a thread of its own."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result() for future in [threads.submit(call) for call in calls]]


def _next(waiting: Iterator[Job], lock: threading.Lock) -> Job | None:
    with lock:
        return next(waiting, None)


def batches(records: list[Payload]) -> list[list[Payload]]:
    return [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
