"""What the service says of itself: `/health` from memory, `/health/detailed` from the database.

Knows no Django.
"""

import os
import resource
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from tracking import SERVICE, VERSION
from tracking.api.exchange import Answer, Call, json_answer
from tracking.errors import Refusal
from tracking.store.database import Database, moment
from tracking.store.periods import Period

STARTED_AT = datetime.now(UTC)
ENDPOINTS = {
    "health": "/health",
    "detailed_health": "/health/detailed",
    "track": "/track",
    "track_batch": "/track/batch",
    "traces": "/v1/traces",
    "metrics": "/metrics",
    "analytics": "/analytics/<business_id>",
    "refresh_metrics": "/refresh-metrics",
}

_REQUESTS = f"""
    SELECT coalesce(sum(requests), 0), coalesce(sum(failures), 0),
        (SELECT max(received_at) FROM tracking_airequest)
    FROM tracking_total WHERE period = {Period.ALL:d}
"""


def index(call: Call) -> Answer:
    body = {
        **liveness(call.environment, datetime.now(UTC)),
        "message": "Tracks AI requests: exact metrics, also on Lambda.",
        "endpoints": ENDPOINTS,
    }
    return json_answer(HTTPStatus.OK, body)


def health_basic(call: Call) -> Answer:
    return json_answer(HTTPStatus.OK, {**liveness(call.environment, datetime.now(UTC))})


def health_detailed(call: Call) -> Answer:
    return json_answer(*detailed(call.database, call.environment, datetime.now(UTC)))


def liveness(environment: str, now: datetime) -> dict[str, str]:
    """A health check every minute must not keep the database from ever sleeping."""
    return {
        "status": "healthy",
        "service": SERVICE,
        "timestamp": now.isoformat(),
        "monitoring": "prometheus",
        "metrics_endpoint": "/metrics",
        "environment": environment,
    }


def detailed(database: Database, environment: str, now: datetime) -> tuple[int, dict[str, Any]]:
    """(status, body): 503 where the database is away."""
    body = without_database(environment, now)
    try:
        requests = _requests(database)
    except Refusal as refusal:
        return refusal.status, body
    return HTTPStatus.OK, body | {
        "status": "healthy",
        "requests": requests,
        "health_checks": _checks(database_connected=True),
    }


def without_database(environment: str, now: datetime) -> dict[str, Any]:
    return liveness(environment, now) | {
        "status": "unhealthy",
        "version": VERSION,
        "uptime": _uptime(now),
        "system": system(now),
        "health_checks": _checks(database_connected=False),
        "endpoints": ENDPOINTS,
    }


def _requests(database: Database) -> dict[str, Any]:
    [(total, failed, last)] = database.rows(_REQUESTS, [])
    received_at = moment(last)
    return {
        "total": int(total),
        "failed": int(failed),
        "error_rate_percent": round(float(100 * failed / total), 2) if total else None,
        "last_request": received_at.isoformat() if received_at else None,
    }


def _uptime(now: datetime) -> dict[str, Any]:
    seconds = (now - STARTED_AT).total_seconds()
    return {
        "seconds": round(seconds, 1),
        "hours": round(seconds / 3600, 2),
        "days": round(seconds / 86400, 2),
        "started_at": STARTED_AT.isoformat(),
    }


def system(now: datetime) -> dict[str, Any]:
    """Of this process: peak memory, and its share of one processor since the start."""
    seconds = max((now - STARTED_AT).total_seconds(), 0.001)
    return {
        "memory_usage_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "cpu_percent": round(100 * time.process_time() / seconds, 2),
        "process_id": os.getpid(),
    }


def _checks(*, database_connected: bool) -> dict[str, bool]:
    return {
        "database_connected": database_connected,
        "prometheus_enabled": True,
        "metrics_tracking": database_connected,
    }
