"""System checks: settings that work but are wrong, each with what to do about it."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


@register
def check_key(**kwargs: Any) -> list[CheckMessage]:
    key = settings.MLOPS_API_KEY
    if settings.PRODUCTION and not key:
        return [
            Error(
                "No API key in production: every endpoint but /health is closed.",
                hint="Set MLOPS_API_KEY, here and in the Next.js backend.",
                id="tracking.E001",
            )
        ]
    if settings.PRODUCTION and len(key) < 16:
        return [
            Warning(
                "The API key is short enough to be guessed.",
                hint='Make one with: python3 -c "import secrets; print(secrets.token_urlsafe())"',
                id="tracking.W002",
            )
        ]
    return []


@register
def check_database(**kwargs: Any) -> list[CheckMessage]:
    if settings.PRODUCTION and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return [
            Warning(
                "SQLite in production: one machine, one writer at a time.",
                hint="Set DATABASE_URL to a PostgreSQL database.",
                id="tracking.W003",
            )
        ]
    return []


@register
def check_origins(**kwargs: Any) -> list[CheckMessage]:
    if settings.PRODUCTION and settings.CORS_ALLOW_ALL_ORIGINS:
        return [
            Warning(
                "Pages of any origin may call this service from a browser.",
                hint="List the origins in CORS_ALLOWED_ORIGINS; a backend needs none.",
                id="tracking.W004",
            )
        ]
    return []


@register
def check_hosts(**kwargs: Any) -> list[CheckMessage]:
    if settings.PRODUCTION and "*" in settings.ALLOWED_HOSTS:
        return [
            Warning(
                "Any Host header is believed.",
                hint="List this service's host names in ALLOWED_HOSTS.",
                id="tracking.W005",
            )
        ]
    return []
