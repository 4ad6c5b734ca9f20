"""What `/health` says: that this process answers. Knows no Django and asks no database."""

from datetime import datetime

from tracking import SERVICE


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
