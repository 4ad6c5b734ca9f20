"""One HTTP request as the API sees it, and its answer. Knows no Django."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

import msgspec

from tracking.errors import Refusal, bad_request, incomplete, length_missing, too_large
from tracking.store.database import Database

JSON = {"Content-Type": "application/json"}
PROTOBUF = "application/x-protobuf"


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


class Call(NamedTuple):
    """`meta` is the WSGI environ; `read_body` reads a body of known length; `queue_url`, if any, is
    the queue's that takes records before the database does."""

    method: str
    path: str
    meta: Mapping[str, str]
    read_body: Callable[[int], bytes]
    database: Database
    api_key: str
    production: bool
    queue_url: str = ""

    @property
    def environment(self) -> str:
        return "production" if self.production else "development"

    def body(self, max_bytes: int) -> bytes:
        length = declared_length(self.meta, max_bytes)
        return whole(self.read_body(length), length)


def is_chunked(meta: Mapping[str, str]) -> bool:
    return meta.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" in meta


def declared_length(meta: Mapping[str, str], max_bytes: int) -> int:
    length = meta.get("CONTENT_LENGTH") or "0"
    if is_chunked(meta):
        raise length_missing()
    if not length.isascii() or not length.isdigit():
        raise bad_request("Content-Length must be a number.")
    if int(length) > max_bytes:
        raise too_large(max_bytes)
    return int(length)


def whole(body: bytes, length: int) -> bytes:
    """A body that was cut may be complete JSON all the same."""
    if len(body) < length:
        raise incomplete()
    return body


def json_answer(status: int, body: Mapping[str, object]) -> Answer:
    return Answer(status, msgspec.json.encode(body), JSON)


def refused(refusal: Refusal, meta: Mapping[str, str]) -> Answer:
    """As JSON; in protobuf to those who sent that."""
    if meta.get("CONTENT_TYPE", "").startswith(PROTOBUF):
        # Senders of spans alone speak it.
        from tracking.otlp.answers import status

        texts = dict.fromkeys(refusal.body.get(name) for name in ("error", "message"))
        message = ": ".join(str(text) for text in texts if text)
        return Answer(refusal.status, status(message), {"Content-Type": PROTOBUF} | refusal.headers)
    return Answer(refusal.status, msgspec.json.encode(refusal.body), JSON | refusal.headers)


def options(methods: tuple[str, ...]) -> Answer:
    return Answer(HTTPStatus.OK, b"", JSON | {"Allow": ", ".join((*methods, "OPTIONS"))})
