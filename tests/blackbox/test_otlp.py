"""OpenTelemetry's own exporters deliver to the running service, in each encoding."""

import http.client
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import requests
from opentelemetry.exporter.otlp.json.http.trace_exporter import (
    OTLPSpanExporter as JsonExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as ProtobufExporter,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests import database
from tests.blackbox.service import running_service, session_of_each_worker
from tests.tracking.otlp.spans import CHAT, JSON, Json, as_json, export, span

pytestmark = pytest.mark.skipif(
    not database.POSTGRESQL, reason="several processes share PostgreSQL: TEST_DATABASE=postgresql"
)
KEY = "a-secret-of-the-team"
CALLS = 1_000
CALL: dict[str, Any] = CHAT


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[str, str]]:
    with (
        database.new_database() as url,
        running_service(url, MLOPS_API_KEY=KEY) as base_url,
    ):
        yield base_url, url


def stored(database_url: str, business_id: str) -> tuple[int, int]:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(total_tokens), 0) FROM tracking_airequest"
            " WHERE business_id = %s",
            [business_id],
        )
        return cursor.fetchone() or (0, 0)


@pytest.mark.parametrize("exporter", [ProtobufExporter, JsonExporter])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_an_exporter_delivers_each_call_once(service, exporter, compression, caplog, monkeypatch):
    """With nothing but environment variables."""
    base_url, database_url = service
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", base_url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"x-api-key={KEY}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", compression)
    business_id = f"{exporter.__module__} {compression}"
    provider = TracerProvider(resource=Resource({"service.name": business_id}))
    provider.add_span_processor(BatchSpanProcessor(exporter(), max_queue_size=2 * CALLS + 1))
    tracer = provider.get_tracer("test", "1.2")
    for _ in range(CALLS):
        with (
            tracer.start_as_current_span("GET /chat"),
            tracer.start_as_current_span("chat") as call,
        ):
            call.set_attributes(CALL)
    with caplog.at_level(logging.WARNING):
        provider.shutdown()
    assert caplog.messages == []
    assert stored(database_url, business_id) == (CALLS, 150 * CALLS)


def test_a_body_in_chunks_is_taken(service):
    base_url, database_url = service
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=30)
    body = as_json(export(*(span() for _ in range(300)), resource={"service.name": "chunks"}))
    pieces = (body[at : at + 10_000] for at in range(0, len(body), 10_000))
    headers = {"Content-Type": JSON, "X-API-Key": KEY}
    with closing(connection):
        connection.request("POST", "/v1/traces", pieces, headers, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())) == (200, {})
    assert stored(database_url, "chunks") == (300, 45_000)


def reports(business_id: str) -> tuple[list[bytes], list[bytes]]:
    """Of the same calls by two senders: one knows tokens, the other the conversation."""
    resource = {"service.name": business_id}
    calls = [{"gen_ai.response.id": f"resp-{number}"} for number in range(CALLS)]
    knowing = [span(CHAT | call) for call in calls]
    wrapping = [
        span(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.response.finish_reasons": ["stop"],
                "gen_ai.conversation.id": "c-1",
                **call,
            }
        )
        for call in reversed(calls)
    ]
    return batches(knowing, "anthropic", resource), batches(wrapping, "pydantic-ai", resource)


def batches(spans: list[Json], scope: str, resource: Json) -> list[bytes]:
    return [
        as_json(export(*spans[at : at + 50], scope=scope, resource=resource))
        for at in range(0, len(spans), 50)
    ]


def test_two_reporters_through_two_processes_are_one_call(service):
    base_url, database_url = service
    sessions = list(session_of_each_worker(base_url, 2).values())

    def send(session: requests.Session, bodies: list[bytes]) -> None:
        for body in bodies:
            headers = {"Content-Type": JSON, "X-API-Key": KEY}
            answer = session.post(f"{base_url}/v1/traces", body, headers=headers, timeout=30)
            assert (answer.status_code, answer.json()) == (200, {})

    with ThreadPoolExecutor(2) as senders:
        list(senders.map(send, sessions, reports("two reporters")))
    assert stored(database_url, "two reporters") == (CALLS, 150 * CALLS)
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(requests), sum(total_tokens) FROM tracking_total AS t"
            " JOIN tracking_labelset AS s ON s.id = t.label_set_id"
            " WHERE period = 1 AND business_id = 'two reporters'"
        )
        assert cursor.fetchone() == (CALLS, 150 * CALLS)
        cursor.execute(
            "SELECT DISTINCT conversation_id, request_model FROM tracking_airequest"
            " WHERE business_id = 'two reporters'"
        )
        assert cursor.fetchall() == [("c-1", "gpt-5-mini")]
