"""The API: which function answers a path, and who may ask. Knows no Django.

Django's view and the WSGI shell before Django both call `answer`.
"""

import logging
from collections.abc import Callable
from enum import Enum
from http import HTTPStatus
from typing import NamedTuple

from tracking import ingest, keys, reading
from tracking.call import Answer, Call, options, refused
from tracking.errors import Refusal, method_not_allowed

logger = logging.getLogger(__name__)

GET = ("GET",)
GET_OR_HEAD = ("GET", "HEAD")
POST = ("POST",)


class Closed(Enum):
    """When the API key is asked for. The old service's figures were open; a laptop's still are."""

    NEVER = 0
    IN_PRODUCTION = 1
    WITH_A_KEY = 2


class Endpoint(NamedTuple):
    methods: tuple[str, ...]
    closed: Closed
    answer: Callable[[Call], Answer]


ENDPOINTS = {
    "/": Endpoint(GET_OR_HEAD, Closed.NEVER, reading.index),
    "/health": Endpoint(GET_OR_HEAD, Closed.NEVER, reading.health_basic),
    "/health/detailed": Endpoint(GET, Closed.IN_PRODUCTION, reading.health_detailed),
    "/track": Endpoint(POST, Closed.WITH_A_KEY, ingest.track),
    "/track/batch": Endpoint(POST, Closed.WITH_A_KEY, ingest.track_batch),
    "/refresh-metrics": Endpoint(POST, Closed.NEVER, reading.refresh_metrics),
    "/metrics": Endpoint(GET, Closed.IN_PRODUCTION, reading.metrics),
}
ANALYTICS = Endpoint(GET, Closed.IN_PRODUCTION, reading.analytics)


def find(path: str) -> Endpoint | None:
    return ANALYTICS if path.startswith(reading.ANALYTICS_PATH) else ENDPOINTS.get(path)


def answer(endpoint: Endpoint, call: Call) -> Answer:
    """Never raises: what went wrong is told as JSON."""
    try:
        return _answer(endpoint, call)
    except Refusal as refusal:
        return refused(refusal)
    except Exception:
        logger.exception("%s failed", call.path)
        return refused(Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error"))


def _answer(endpoint: Endpoint, call: Call) -> Answer:
    if call.method == "OPTIONS":
        return options(endpoint.methods)
    if call.method not in endpoint.methods:
        raise method_not_allowed(endpoint.methods)
    if endpoint.closed is Closed.WITH_A_KEY or (
        endpoint.closed is Closed.IN_PRODUCTION and call.production
    ):
        keys.admit(call.meta, call.api_key, production=call.production)
    return endpoint.answer(call)
