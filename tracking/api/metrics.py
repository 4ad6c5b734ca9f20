"""Answers `GET /metrics` and `POST /refresh-metrics`. Knows no Django."""

from datetime import UTC, datetime
from http import HTTPStatus

from tracking.api.exchange import Answer, Call, json_answer


def metrics(call: Call) -> Answer:
    # Loaded by the first scrape: a cold start of another endpoint needs no Prometheus.
    from tracking.prometheus.exposition import expose

    text, content_type = expose(call.meta.get("HTTP_ACCEPT", ""), call.database)
    return Answer(HTTPStatus.OK, text, {"Content-Type": content_type})


def refresh_metrics(call: Call) -> Answer:
    body = {
        "status": "success",
        "message": "Metrics are always current",
        "timestamp": datetime.now(UTC),
    }
    return json_answer(HTTPStatus.OK, body)
