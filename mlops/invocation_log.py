"""One JSON line for each invocation: what an operator searches for, never a key or a body."""

import sys
from datetime import UTC, datetime
from typing import Any

import msgspec

from mlops.execution_environment import ExecutionEnvironment

Fields = dict[str, object]


def log_line(level: str, fields: Fields) -> None:
    line = {"timestamp": datetime.now(UTC), "level": level, **fields}
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


def invocation_fields(here: ExecutionEnvironment, context: Any) -> Fields:
    """`context` is Lambda's; the request id is the one of its REPORT line."""
    return {
        "request_id": getattr(context, "aws_request_id", ""),
        "cold_start": here.cold_start,
        "initialization_type": here.initialization_type,
    }


def log_event(event: dict[str, Any], here: ExecutionEnvironment, context: Any) -> None:
    """Of an event that isn't HTTP: without this line its REPORT couldn't be told from others."""
    log_line("INFO", {"event": _kind(event), **invocation_fields(here, context)})


def _kind(event: dict[str, Any]) -> str:
    if event.get("detail-type") != "Scheduled Event":
        return "invoked"
    rules = event.get("resources") or [""]
    return "keep_warm" if "keep_warm" in str(rules[0]) else "scheduled"
