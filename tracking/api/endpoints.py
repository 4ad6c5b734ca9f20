"""The API: which function answers a path, and who may ask. Knows no Django.

Django's view and the WSGI shell before Django both call `answer`.
"""

import hmac
import logging
from collections.abc import Callable, Mapping
from enum import Enum
from http import HTTPStatus
from typing import NamedTuple

from tracking.api import analytics, health, metrics, track
from tracking.api.exchange import Answer, Call, options, refused
from tracking.errors import Refusal, key_missing, key_not_configured, key_wrong, method_not_allowed
from tracking.wire.parsing import BATCH_MAX_BYTES, RECORD_MAX_BYTES

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
    max_body_bytes: int = 0
    asks_database: bool = True


ENDPOINTS = {
    "/": Endpoint(GET_OR_HEAD, Closed.NEVER, health.index),
    "/health": Endpoint(GET_OR_HEAD, Closed.NEVER, health.health_basic, asks_database=False),
    "/health/detailed": Endpoint(GET, Closed.IN_PRODUCTION, health.health_detailed),
    "/track": Endpoint(POST, Closed.WITH_A_KEY, track.track, RECORD_MAX_BYTES),
    "/track/batch": Endpoint(POST, Closed.WITH_A_KEY, track.track_batch, BATCH_MAX_BYTES),
    "/refresh-metrics": Endpoint(POST, Closed.NEVER, metrics.refresh_metrics),
    "/metrics": Endpoint(GET, Closed.IN_PRODUCTION, metrics.metrics),
}
ANALYTICS = Endpoint(GET, Closed.IN_PRODUCTION, analytics.analytics)


def find(path: str) -> Endpoint | None:
    return ANALYTICS if path.startswith(analytics.ANALYTICS_PATH) else ENDPOINTS.get(path)


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
    check(endpoint, call)
    return endpoint.answer(call)


def check(endpoint: Endpoint, call: Call) -> None:
    """Raises the Refusal of a call that its head alone is enough to refuse."""
    if call.method not in endpoint.methods:
        raise method_not_allowed(endpoint.methods)
    if endpoint.closed is Closed.WITH_A_KEY or (
        endpoint.closed is Closed.IN_PRODUCTION and call.production
    ):
        admit(call.meta, call.api_key, production=call.production)


def admit(meta: Mapping[str, str], api_key: str, *, production: bool) -> None:
    """Raises a Refusal unless `meta` (a WSGI environ) carries the key, if one is asked for."""
    if not api_key:
        if production:
            raise key_not_configured()
        return
    given = given_key(meta)
    if not given:
        raise key_missing()
    if not hmac.compare_digest(given.encode(), api_key.encode()):
        raise key_wrong()


def given_key(meta: Mapping[str, str]) -> str:
    """From `X-API-Key` or `Authorization: Bearer`."""
    scheme, _, token = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    return meta.get("HTTP_X_API_KEY", "") or (token.strip() if scheme.lower() == "bearer" else "")
