"""Takes a body whole before anything works on it; for the container's server.

WSGI reads a body in the thread that answers. Whoever sends slowly holds here a thread of the
server, which has one for each connection, and never one of the few that work.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from io import BytesIO
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, Any

from tracking.api.exchange import declared_length, is_chunked, refused, whole
from tracking.api.shell import ApiFirst, start
from tracking.errors import Refusal, busy, too_large

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Answered = Iterable[bytes]

# Each keeps a database connection. While one measures this very service, the other answers.
THREADS = 2
# Whoever waited longer for a thread has mostly gone.
QUEUE_SECONDS = 10.0
# Whoever sends more than this too much is cut off.
DISCARDED_MAX_BYTES = 16 * 1024 * 1024
DISCARDED_AT_ONCE = 64 * 1024


class BodyFirst:
    """Between the server and the API."""

    def __init__(self, api: ApiFirst, queue_seconds: float = QUEUE_SECONDS) -> None:
        self.api = api
        self.queue_seconds = queue_seconds
        self.turns = Semaphore(THREADS)
        # ThreadPoolExecutor takes no work while its process ends and the server still answers.
        self.queue: SimpleQueue[tuple[Future[Answered], Callable[[], Answered]]] = SimpleQueue()
        for _ in range(THREADS):
            Thread(target=self._work, daemon=True).start()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Answered:
        try:
            environ["wsgi.input"] = BytesIO(self._body(environ))
            endpoint = self.api.own_endpoint(environ)
            if endpoint is None:
                return self._in_a_thread(lambda: self._answer(environ, start_response))
            if not endpoint.asks_database:
                return self.api(environ, start_response)
            with self._turn():
                return self.api(environ, start_response)
        except Refusal as refusal:
            return start(refused(refusal, environ), start_response)

    def _body(self, environ: "WSGIEnvironment") -> bytes:
        """What isn't taken is thrown away: a proxy that still sends passes no answer on. Nothing
        where the application refuses without it."""
        sent, max_bytes = environ["wsgi.input"], self.api.max_body_bytes(environ)
        if max_bytes and is_chunked(environ) and self.api.takes_chunks(environ):
            return _chunks(environ, max_bytes)
        try:
            length = declared_length(environ, max_bytes)
        except Refusal:
            _discard(sent)
            if max_bytes:
                raise
            return b""
        return whole(sent.read(length), length) if length else b""

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """A record is stored in the server's thread: a hand-over costs as much as storing it."""
        if not self.turns.acquire(timeout=self.queue_seconds):
            raise busy()
        try:
            yield
        finally:
            self.turns.release()

    def _in_a_thread(self, answer: Callable[[], Answered]) -> Answered:
        future: Future[Answered] = Future()
        self.queue.put((future, answer))
        try:
            return future.result(self.queue_seconds)
        except TimeoutError as error:
            if future.cancel():
                raise busy() from error
            return future.result()

    def _work(self) -> None:
        while True:
            future, answer = self.queue.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(answer())
                except BaseException as error:
                    future.set_exception(error)

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Answered:
        """Whole, unless it is a stream, which the server's thread reads as fast as its client."""
        answer = self.api(environ, start_response)
        if isinstance(answer, list) or getattr(answer, "streaming", False):
            return answer
        try:
            return list(answer)
        finally:
            if close := getattr(answer, "close", None):
                close()


def _chunks(environ: "WSGIEnvironment", max_bytes: int) -> bytes:
    """From here on it is a body of known length."""
    body: bytes = environ["wsgi.input"].read(max_bytes + 1)
    if len(body) > max_bytes:
        _discard(environ["wsgi.input"])
        raise too_large(max_bytes)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return body


def _discard(sent: Any) -> None:
    left = DISCARDED_MAX_BYTES
    while left > 0 and (part := sent.read(DISCARDED_AT_ONCE)):
        left -= len(part)
