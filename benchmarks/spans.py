"""Spans a second that `POST /v1/traces` stores: batches of 100, in each encoding.

`python -m benchmarks.spans`. Every span is a call that is new, of 12 attributes. The container's
server and PostgreSQL share the machine with the senders, whose bodies are made before.
"""

import argparse
import gzip
import http.client
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2

from benchmarks.ingest import migrate
from benchmarks.servers import CONNECTIONS, serving
from tests.database import start_postgresql
from tests.tracking.otlp.spans import (
    CHAT,
    JSON,
    PROTOBUF,
    TRACE_ID,
    as_json,
    as_protobuf,
    export,
    span,
)

BATCH = 100
RESPONSE_ID = "resp-0000-0000-0000"
ATTRIBUTES = CHAT | {
    "gen_ai.response.id": RESPONSE_ID,
    "gen_ai.conversation.id": "c-1",
    "gen_ai.usage.cache_read.input_tokens": 30,
    "gen_ai.response.time_to_first_chunk": 0.3,
    "server.address": "api.openai.com",
}


def main() -> None:
    options = _options()
    database_url = start_postgresql()
    migrate(database_url)
    kinds: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
        "protobuf": (PROTOBUF, bytes),
        "protobuf, gzip": (PROTOBUF, gzip.compress),
        "json": (JSON, bytes),
        "json, gzip": (JSON, gzip.compress),
    }
    with serving("", 5991, database_url) as url:
        for name, (content_type, compress) in kinds.items():
            rates = [
                _rate(url, database_url, options, content_type, compress)
                for _ in range(options.rounds)
            ]
            told = ", ".join(f"{rate:,.0f}" for rate in rates)
            print(f"{name}: {statistics.median(rates):,.0f} spans/s ({told})", flush=True)


def _rate(
    url: str,
    database_url: str,
    options: argparse.Namespace,
    content_type: str,
    compress: Callable[[bytes], bytes],
) -> float:
    bodies = [
        [compress(body) for body in _bodies(options.batches, content_type)]
        for _ in range(CONNECTIONS)
    ]
    before = _stored(database_url)
    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as senders:
        list(senders.map(lambda each: _send(url, each, content_type), bodies))
    seconds = time.perf_counter() - started
    spans: int = CONNECTIONS * options.batches * BATCH
    if _stored(database_url) - before != spans:
        sys.exit("Not every span was stored once.")
    return spans / seconds


def _bodies(batches: int, content_type: str) -> Iterator[bytes]:
    """One batch over and over, with other ids of the same length."""
    calls = [
        span(ATTRIBUTES | {"gen_ai.response.id": f"{RESPONSE_ID}-{n:03}"}) for n in range(BATCH)
    ]
    request = export(*calls, scope="opentelemetry.instrumentation.genai.openai")
    in_json = content_type == JSON
    body = as_json(request) if in_json else as_protobuf(request)
    trace_id = TRACE_ID.encode() if in_json else bytes.fromhex(TRACE_ID)
    for _ in range(batches):
        new = os.urandom(16)
        with_trace = body.replace(trace_id, new.hex().encode() if in_json else new)
        yield with_trace.replace(RESPONSE_ID.encode(), new.hex()[: len(RESPONSE_ID)].encode())


def _send(url: str, bodies: list[bytes], content_type: str) -> None:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        for body in bodies:
            connection.request("POST", "/v1/traces", body, {"Content-Type": content_type})
            answer = connection.getresponse()
            if (answer.status, len(answer.read()) < 3) != (200, True):
                sys.exit(f"{answer.status}")


def _stored(database_url: str) -> int:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sum(requests) FROM tracking_total WHERE period = 1")
        return int((cursor.fetchone() or [0])[0] or 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spans", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", type=int, default=40, help="of each sender")
    return parser.parse_args()


if __name__ == "__main__":
    main()
