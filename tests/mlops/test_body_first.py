"""Bodies are taken whole before anything works on them, within bounds and a deadline."""

import io
import json
import socket
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest
from google.rpc.status_pb2 import Status

from mlops.body_first import DISCARDED_MAX_BYTES, BodyFirst
from tests.build import payload
from tests.tracking.api.test_shell import AWAY, Caller, never
from tracking.api.shell import ApiFirst

KEY = "a-secret-of-the-team"


def echo(environ, start_response):
    start_response("200 OK", [])
    return iter([environ["wsgi.input"].read()])


class Silent(io.BytesIO):
    """A sender who stops; reading ends when the server hangs up."""

    def __init__(self):
        super().__init__()
        self.hung_up = threading.Event()

    def read(self, size=-1):
        self.hung_up.wait(10)
        return b"{}"


@pytest.fixture
def call(monkeypatch):
    monkeypatch.setenv("MLOPS_API_KEY", KEY)
    monkeypatch.setenv("DATABASE_URL", AWAY)

    def with_django(django=echo, **seconds):
        return Caller(BodyFirst(ApiFirst(never, django=django), **seconds))

    return with_django


def test_slow_bodies_hold_none_of_the_threads_that_work(call):
    shell, silent = call(), Silent()
    slow: dict[str, Any] = {"wsgi.input": silent, "CONTENT_LENGTH": "500"}
    senders = [
        threading.Thread(target=shell, args=("POST", "/admin/login/"), kwargs=slow)
        for _ in range(20)
    ]
    for sender in senders:
        sender.start()
    assert shell("POST", "/admin/login/", b"a=1")["body"] == b"a=1"
    silent.hung_up.set()


def test_health_is_answered_while_every_thread_works(call):
    at_work = threading.Barrier(3, timeout=10)
    done = threading.Event()

    def busy(environ, start_response):
        at_work.wait()
        done.wait(10)
        return echo(environ, start_response)

    shell = call(busy, queue_seconds=0.05)
    pages = [threading.Thread(target=shell, args=("GET", "/dashboard/")) for _ in range(2)]
    for page in pages:
        page.start()
    at_work.wait()
    assert shell("GET", "/health")["status"] == 200
    answer = shell("GET", "/dashboard/")
    assert (answer["status"], answer["headers"]["Retry-After"]) == (503, "5")
    done.set()


@pytest.mark.parametrize("path", ["/track", "/track/batch"])
def test_without_a_key_a_body_is_thrown_away(call, path):
    body = io.BytesIO(bytes(500_000))
    answer = call()("POST", path, CONTENT_LENGTH="500000", **{"wsgi.input": body})
    assert (answer["status"], body.tell()) == (401, 500_000)


def test_no_more_than_a_bound_is_thrown_away(call):
    body = io.BytesIO(bytes(2 * DISCARDED_MAX_BYTES))
    answer = call()("POST", "/track", CONTENT_LENGTH=str(10**9), **{"wsgi.input": body})
    assert (answer["status"], body.tell()) == (401, DISCARDED_MAX_BYTES)


@pytest.fixture
def silent_database():
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"postgresql://postgres@127.0.0.1:{server.getsockname()[1]}/silent"


def test_two_records_are_stored_at_a_time_and_hold_up_no_page(call, monkeypatch, silent_database):
    shell = call(queue_seconds=0.2)
    monkeypatch.setenv("DATABASE_URL", silent_database)
    body = json.dumps(payload()).encode()
    send = partial(shell, "POST", "/track", body, HTTP_X_API_KEY=KEY)
    with ThreadPoolExecutor(3) as senders:
        answers = [senders.submit(send) for _ in range(3)]
        wait(answers, return_when=FIRST_COMPLETED)
        assert shell("GET", "/dashboard/")["status"] == 200
        told = [json.loads(each.result()["body"])["error"] for each in answers]
    assert told.count("Busy") == 1


@pytest.mark.parametrize(
    ("path", "key", "length"),
    [("/admin/login/", "", 65_537), ("/track", KEY, 65_537), ("/track/batch", KEY, 1_048_577)],
)
def test_a_body_over_the_bound_is_413(call, path, key, length):
    answer = call()("POST", path, CONTENT_LENGTH=str(length), HTTP_X_API_KEY=key)
    assert answer["status"] == 413


@pytest.mark.parametrize("path", ["/admin/login/", "/track"])
def test_a_body_shorter_than_its_length_is_refused(call, path):
    answer = call()("POST", path, b"{}", CONTENT_LENGTH="3", HTTP_X_API_KEY=KEY)
    assert (answer["status"], json.loads(answer["body"])["error"]) == (
        400,
        "The body is shorter than its Content-Length.",
    )


@pytest.mark.parametrize("path", ["/admin/login/", "/track"])
def test_chunks_are_refused_with_411(call, path):
    environ = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "HTTP_X_API_KEY": KEY}
    assert call()("POST", path, b"{}", **environ)["status"] == 411


CHUNKED = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "HTTP_X_API_KEY": KEY}


def test_spans_may_come_in_chunks(call):
    types = {"CONTENT_TYPE": "application/json"}
    assert call()("POST", "/v1/traces", b"{}", **CHUNKED, **types)["status"] == 200


def test_chunks_over_the_bound_are_413(call):
    body = b" " * (8 * 1024 * 1024 + 1)
    assert call()("POST", "/v1/traces", body, **CHUNKED)["status"] == 413


def test_a_refusal_before_the_application_is_in_protobuf_to_those_who_send_it(call):
    types = {"CONTENT_TYPE": "application/x-protobuf"}
    answer = call()("POST", "/v1/traces", CONTENT_LENGTH="9000000", HTTP_X_API_KEY=KEY, **types)
    assert (answer["status"], answer["headers"]["Content-Type"]) == (413, types["CONTENT_TYPE"])
    assert Status.FromString(answer["body"]).message.startswith("The body is larger than")


def test_an_error_of_the_application_is_raised_to_the_server(call):
    with pytest.raises(ZeroDivisionError):
        call(lambda environ, start_response: 1 / 0)("GET", "/dashboard/")
