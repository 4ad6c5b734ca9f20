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
from typing import TYPE_CHECKING

from tracking.api.exchange import declared_length, refused, whole
from tracking.api.shell import ApiFirst, start
from tracking.errors import Refusal, busy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Answered = Iterable[bytes]

# Each keeps a database connection. While one measures this very service, the other answers.
THREADS = 2
# Whoever waited longer for a thread has mostly gone.
QUEUE_SECONDS = 10.0


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
            return start(refused(refusal), start_response)

    def _body(self, environ: "WSGIEnvironment") -> bytes:
        """Nothing where the application refuses without it."""
        max_bytes = self.api.max_body_bytes(environ)
        length = declared_length(environ, max_bytes) if max_bytes else 0
        return whole(environ["wsgi.input"].read(length), length) if length else b""

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
