"""Builds exports of spans; what a test doesn't name has a plain default."""

import base64
import json
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Json = dict[str, Any]

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
STARTED_AT_NS = 1_780_000_000_000_000_000
JSON, PROTOBUF = "application/json", "application/x-protobuf"

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.response.model": "gpt-5-mini-2026-08-07",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 50,
}
_numbers = iter(range(1, 1_000_000_000))


def span(attributes: Json | None = None, **fields: Any) -> Json:
    """A chat that worked, unless told otherwise; its id is new. Fields are of OTLP's JSON."""
    return {
        "traceId": TRACE_ID,
        "spanId": f"{next(_numbers):016x}",
        "name": "chat gpt-5-mini",
        "kind": 3,
        "startTimeUnixNano": str(STARTED_AT_NS),
        "endTimeUnixNano": str(STARTED_AT_NS + 1_200_500_000),
        "attributes": pairs(CHAT if attributes is None else attributes),
        **fields,
    }


def chat(**changes: Any) -> Json:
    """Attributes of a chat, some changed or (None) taken away; `__` stands for a dot."""
    changed = {name.replace("__", "."): value for name, value in changes.items()}
    return {name: value for name, value in (CHAT | changed).items() if value is not None}


def export(*spans: Json, scope: str = "test", resource: Json | None = None) -> Json:
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": pairs(resource or {"service.name": "clinic"})},
                "scopeSpans": [{"scope": {"name": scope, "version": "1.2"}, "spans": [*spans]}],
            }
        ]
    }


def pairs(attributes: Json) -> list[Json]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: Any) -> Json:
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    if value != value:
        return {"doubleValue": "NaN"}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(item) for item in value]}}
    return {kinds[type(value)]: str(value) if isinstance(value, int) and value > 1 else value}


def event(name: str, attributes: Json | None = None, after_ms: float = 0) -> Json:
    at_ns = STARTED_AT_NS + int(after_ms * 1e6)
    return {"name": name, "timeUnixNano": str(at_ns), "attributes": pairs(attributes or {})}


def as_json(request: Json) -> bytes:
    return json.dumps(request).encode()


def as_protobuf(request: Json) -> bytes:
    """By the official package. Its own JSON has ids in base64."""
    message = ParseDict(_ids_in_base64(request), ExportTraceServiceRequest())
    body: bytes = message.SerializeToString()
    return body


def _ids_in_base64(value: Any) -> Any:
    if isinstance(value, list):
        return [_ids_in_base64(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64encode(bytes.fromhex(inside)).decode()
        if key in ("traceId", "spanId", "parentSpanId")
        else _ids_in_base64(inside)
        for key, inside in value.items()
    }
