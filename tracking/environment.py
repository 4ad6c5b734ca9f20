"""Reads environment variables, for the settings and for the ingest path that knows no settings."""

import os
import re
from typing import NoReturn

DEVELOPMENT_KEY = "for-development-only-" + "0" * 40
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def choice(name: str, options: tuple[str, ...]) -> str:
    """One of the options; the first is the default."""
    value = text(name, options[0])
    if value not in options:
        refuse(name, f"must be one of {', '.join(options)}, not {value!r}")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "true" if default else "false").lower()
    if value not in TRUE | FALSE:
        refuse(name, f"must be true or false, not {value!r}")
    return value in TRUE


def number(name: str, default: int, *, at_least: int, at_most: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not at_least <= int(value) <= at_most:
        refuse(name, f"must be a whole number from {at_least} to {at_most}, not {value!r}")
    return int(value)


def items(name: str, default: str = "") -> list[str]:
    """The parts of a comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def production() -> bool:
    return choice("ENVIRONMENT", ("development", "production")) == "production"


def unsafe_start() -> str:
    """Why production may not start like this; empty where it may."""
    if production() and text("SECRET_KEY", DEVELOPMENT_KEY) == DEVELOPMENT_KEY:
        return "Environment variable SECRET_KEY must be set in production."
    if production() and flag("DEBUG"):
        return "Environment variable DEBUG must be off in production."
    return ""


def max_label_sets() -> int:
    return number("MAX_LABEL_SETS", 2_000, at_least=10, at_most=100_000)


def queue_url() -> str:
    """Of a standard queue: in a FIFO queue, whose name ends in .fifo, messages need a group."""
    url = text("INGEST_QUEUE_URL")
    if url and not re.fullmatch(r"https?://[^/]+/[^/]+/[\w-]+", url):
        example = "https://sqs.eu-central-1.amazonaws.com/123456789012/name"
        refuse("INGEST_QUEUE_URL", f"must look like {example}, not {url!r}")
    return url


def refuse(name: str, reason: str) -> NoReturn:
    # Imported here because the ingest path starts without Django.
    from django.core.exceptions import ImproperlyConfigured

    raise ImproperlyConfigured(f"Environment variable {name} {reason}.")
