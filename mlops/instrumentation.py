"""Tells of each invocation how it was served: headers for the client, one JSON line for the log.

The line has what an operator searches for, never a key or a body.
"""

import sys
import time
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.execution_environment import ExecutionEnvironment
from mlops.gateway import is_queue

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOGGED_PATH_MAX = 200

Fields = dict[str, object]


class Instrumented:
    """Wraps a WSGI application. Only on Lambda there is an execution environment to tell of."""

    def __init__(
        self,
        application: "WSGIApplication",
        *,
        logged: bool,
        execution_environment: ExecutionEnvironment | None = None,
    ) -> None:
        self.application = application
        self.logged = logged
        self.execution_environment = execution_environment

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        started = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            duration_ms = 1000 * (time.perf_counter() - started)
            headers = [*headers, *self._headers(duration_ms)]
            if self.logged:
                self._log(environ, int(status[:3]), duration_ms)
            return start_response(status, headers, exc_info)

        try:
            return self.application(environ, start)
        except Exception:
            # Django answers its own errors; this one kept Django from starting.
            traceback.print_exc()
            start("500 Internal Server Error", [("Content-Type", "application/json")])
            return [b'{"error": "The service could not start", "message": "Its log says why."}']

    def _headers(self, duration_ms: float) -> list[tuple[str, str]]:
        timing = f"app;dur={duration_ms:.1f}"
        here = self.execution_environment
        if here is None:
            return [("Server-Timing", timing)]
        if not here.answered:
            timing += f', init;dur={here.init_ms:.1f};desc="{here.initialization_type}"'
            here.answered = True
        return [("Server-Timing", timing), ("X-Cold-Start", str(int(here.cold_start)))]

    def _log(self, environ: "WSGIEnvironment", status: int, duration_ms: float) -> None:
        fields: Fields = {
            "method": environ["REQUEST_METHOD"],
            "path": _text(environ["PATH_INFO"])[:LOGGED_PATH_MAX],
            "status": status,
            "duration_ms": round(duration_ms, 1),
        }
        if self.execution_environment is not None:
            context = environ["apig_wsgi.context"]
            fields |= _invocation_fields(self.execution_environment, context)
        _log_line("ERROR" if status >= 500 else "INFO", fields)


def log_event(event: dict[str, Any], here: ExecutionEnvironment, context: Any) -> None:
    """Of an event that isn't HTTP: without this line its REPORT couldn't be told from others."""
    _log_line("INFO", {"event": _kind(event), **_invocation_fields(here, context)})


def _text(path: str) -> str:
    """WSGI hands each byte of the path over as one character."""
    return path.encode("latin-1").decode(errors="replace")


def _kind(event: dict[str, Any]) -> str:
    if is_queue(event):
        return "queue"
    if event.get("detail-type") != "Scheduled Event":
        return "invoked"
    rules = event.get("resources") or [""]
    return "keep_warm" if "keep_warm" in str(rules[0]) else "scheduled"


def _invocation_fields(here: ExecutionEnvironment, context: Any) -> Fields:
    """`context` is Lambda's; the request id is the one of its REPORT line."""
    return {
        "request_id": getattr(context, "aws_request_id", ""),
        "cold_start": here.cold_start,
        "initialization_type": here.initialization_type,
    }


def _log_line(level: str, fields: Fields) -> None:
    line = {"timestamp": datetime.now(UTC), "level": level, **fields}
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()
