"""How long an answer of PostgreSQL is waited for, also of one that is there and says nothing.

The server's own timeouts don't help against silence, nor TCP's against a peer that acknowledges
all it gets. So this process looks at the clock itself while it waits, and gives the connection up
where no answer comes: psycopg2 closes it. That costs 6 microseconds a statement. Commands, which
may take long, set no deadline. Knows no Django.
"""

import math
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, STATUS_SETUP, set_wait_callback

CONNECT_SECONDS = 5
# The client gives a record up after 5 s, Lambda a request after 30.
RECORD_SECONDS = 3
REQUEST_SECONDS = 24
ANSWER_SECONDS = 8
# The first statement of a request is a small one, and tells whether anybody is there.
FIRST_ANSWER_SECONDS = 1.5
# While nothing is heard, one thread of a process asks, and the others wait no longer than this.
PROBE_SECONDS = 0.25

# psycopg2 names the first alone.
CONNECTING = (STATUS_SETUP, 20)


class DeadlinePassed(psycopg2.OperationalError):
    """What was sent may have been done all the same."""


class _Patience(threading.local):
    """Seconds that this thread has left for waiting, and for each answer."""

    left = math.inf
    each_answer = math.inf
    first_answer = math.inf


_patience = _Patience()


@contextmanager
def of_request() -> Iterator[None]:
    """Of a whole request, and of each answer in it."""
    _patience.each_answer, _patience.first_answer = ANSWER_SECONDS, FIRST_ANSWER_SECONDS
    try:
        with within(REQUEST_SECONDS):
            yield
    finally:
        _patience.each_answer = _patience.first_answer = math.inf


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Replaces the limit around it: an export may take long, a record may not."""
    outer, _patience.left = _patience.left, seconds
    try:
        yield
    finally:
        _patience.left = outer


@contextmanager
def leaving_time_for_another() -> Iterator[None]:
    """Half of the time, where the work can be tried again."""
    _patience.left /= 2
    kept = _patience.left
    try:
        yield
    finally:
        _patience.left += kept


class _Silence:
    """Whether the last answer that a thread of this process waited for didn't come.

    If so, one thread at a time asks again, or all of them would stand still, and with them what
    needs no database.
    """

    def __init__(self) -> None:
        self.known = False
        self.asked_at = 0.0
        self.asking = threading.Lock()

    @contextmanager
    def asked_by_one(self) -> Iterator[None]:
        if not self.asking.acquire(timeout=max(0, self.asked_at + PROBE_SECONDS - monotonic())):
            raise DeadlinePassed("The database answers nobody")
        self.asked_at = monotonic()
        try:
            yield
        finally:
            self.asking.release()


_silence = _Silence()


def _wait(connection: Any) -> None:
    """What psycopg2 calls for each answer, and for each connection that is opened."""
    if _silence.known and _patience.each_answer < math.inf:
        with _silence.asked_by_one():
            _wait_for_answer(connection)
    else:
        _wait_for_answer(connection)


def _wait_for_answer(connection: Any) -> None:
    started = monotonic()
    try:
        while (state := connection.poll()) != POLL_OK:
            socket = select.poll()
            socket.register(connection, select.POLLIN if state == POLL_READ else select.POLLOUT)
            left = started + _longest(connection) - monotonic()
            if left <= 0 or not socket.poll(None if left == math.inf else left * 1_000):
                _silence.known = True
                raise DeadlinePassed("The database didn't answer in time")
        _silence.known = False
        _patience.first_answer = _patience.each_answer
    finally:
        _patience.left -= monotonic() - started


def _longest(connection: Any) -> float:
    """libpq's own connect_timeout has no effect on a connection that is waited for so."""
    is_opened = connection.status in CONNECTING
    longest = CONNECT_SECONDS if is_opened else _patience.first_answer
    if _silence.known and _patience.each_answer < math.inf:
        longest = FIRST_ANSWER_SECONDS
    return min(_patience.left, longest)


set_wait_callback(_wait)
