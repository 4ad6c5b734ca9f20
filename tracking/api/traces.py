"""Answers `POST /v1/traces`, OTLP/HTTP: spans that are calls of a model are stored as requests.

Knows no Django.
"""

from datetime import UTC, datetime
from http import HTTPStatus

from tracking.api.exchange import Answer, Call
from tracking.errors import Refusal

TRACES_PATH = "/v1/traces"
# Room for a batch of 512 spans with prompts.
BODY_MAX_BYTES = 8 * 1024 * 1024
CONTENT_TYPES = ("application/x-protobuf", "application/json")
ENCODINGS = ("", "identity", "gzip")


def traces(call: Call) -> Answer:
    """Other spans are no fault: they come in the same batches, and are counted in a header."""
    # Loaded by the first export: a cold start of /track needs none of it.
    from tracking.otlp import answers, export

    content_type = _content_type(call)
    try:
        spans = export.read(call.body(BODY_MAX_BYTES), content_type, datetime.now(UTC))
    except Refusal as refusal:
        # Where google.rpc.Status has its text, whose form OTLP asks for.
        refusal.body["message"] = refusal.body["error"]
        raise
    stored = call.database.save(spans.records) if spans.records else []
    body = answers.success(content_type, spans.rejected.total(), spans.message)
    headers = {
        "Content-Type": content_type,
        "X-Spans-Stored": str(sum(not each.duplicate for each in stored)),
        "X-Spans-Duplicate": str(sum(each.duplicate for each in stored)),
        "X-Spans-Ignored": str(spans.ignored),
    }
    return Answer(HTTPStatus.OK, body, headers)


def _content_type(call: Call) -> str:
    content_type = call.meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if content_type not in CONTENT_TYPES:
        raise _unsupported(f"Content-Type must be {' or '.join(CONTENT_TYPES)}.")
    if call.meta.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in ENCODINGS:
        raise _unsupported("Content-Encoding must be gzip, or none.")
    return content_type


def _unsupported(error: str) -> Refusal:
    return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, error)
