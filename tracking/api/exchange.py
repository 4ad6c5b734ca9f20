"""One HTTP request as the API sees it, and its answer. Knows no Django."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracking.errors import Refusal, bad_request, too_large
from tracking.store.database import Database

if TYPE_CHECKING:
    from tracking.queue.sqs import Queue

JSON = {"Content-Type": "application/json"}


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


class Call(NamedTuple):
    """`meta` is the WSGI environ; `read_body` reads a body of known length; `queue`, where there is
    one, takes records before the database does."""

    method: str
    path: str
    meta: Mapping[str, str]
    read_body: Callable[[int], bytes]
    database: Database
    api_key: str
    production: bool
    queue: "Queue | None" = None

    @property
    def environment(self) -> str:
        return "production" if self.production else "development"

    def body(self, max_bytes: int) -> bytes:
        length = self.meta.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit():
            raise bad_request("Content-Length must be a number.")
        if int(length) > max_bytes:
            raise too_large(max_bytes)
        return self.read_body(int(length))


def json_answer(status: int, body: Mapping[str, object]) -> Answer:
    return Answer(status, msgspec.json.encode(body), JSON)


def refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, msgspec.json.encode(refusal.body), JSON | refusal.headers)


def options(methods: tuple[str, ...]) -> Answer:
    return Answer(HTTPStatus.OK, b"", JSON | {"Allow": ", ".join((*methods, "OPTIONS"))})
