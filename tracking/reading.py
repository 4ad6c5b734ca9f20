"""What the API answers from memory and from the database. Knows no Django."""

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs

from tracking import health
from tracking.analytics import business_metrics
from tracking.call import Answer, Call, json_answer
from tracking.errors import bad_field
from tracking.liveness import liveness
from tracking.records import ID_MAX

ANALYTICS_PATH = "/analytics/"
ANALYTICS_MAX_DAYS = 366


def index(call: Call) -> Answer:
    body = {
        **liveness(call.environment, datetime.now(UTC)),
        "message": "Tracks AI requests: exact metrics, also on Lambda.",
        "endpoints": health.ENDPOINTS,
    }
    return json_answer(HTTPStatus.OK, body)


def health_basic(call: Call) -> Answer:
    return json_answer(HTTPStatus.OK, {**liveness(call.environment, datetime.now(UTC))})


def health_detailed(call: Call) -> Answer:
    return json_answer(*health.detailed(call.database, call.environment, datetime.now(UTC)))


def metrics(call: Call) -> Answer:
    # Loaded by the first scrape: a cold start of another endpoint needs no Prometheus.
    from tracking.exposition import expose

    text, content_type = expose(call.meta.get("HTTP_ACCEPT", ""), call.database)
    return Answer(HTTPStatus.OK, text, {"Content-Type": content_type})


def refresh_metrics(call: Call) -> Answer:
    body = {
        "status": "success",
        "message": "Metrics are always current",
        "timestamp": datetime.now(UTC),
    }
    return json_answer(HTTPStatus.OK, body)


def analytics(call: Call) -> Answer:
    now = datetime.now(UTC)
    days = _days(call.meta.get("QUERY_STRING", ""))
    business_id = call.path.removeprefix(ANALYTICS_PATH)
    if not 1 <= len(business_id) <= ID_MAX or "\x00" in business_id:
        raise bad_field("business_id", f"must have 1 to {ID_MAX} characters, none of them NUL")
    body = {
        "business_id": business_id,
        "period": f"{days}_days",
        "metrics": business_metrics(call.database, business_id, days, now),
        "monitoring": "prometheus",
        "prometheus_metrics_url": "/metrics",
        "timestamp": now,
    }
    return json_answer(HTTPStatus.OK, body)


def _days(query: str) -> int:
    text = parse_qs(query, keep_blank_values=True).get("days", ["30"])[-1]
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= ANALYTICS_MAX_DAYS):
        raise bad_field("days", f"must be a whole number from 1 to {ANALYTICS_MAX_DAYS}")
    return int(text)
