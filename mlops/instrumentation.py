"""Tells with each answer how it was served: headers for the client, one JSON line for the log."""

import sys
import time
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.execution_environment import ExecutionEnvironment

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOGGED_PATH_MAX = 200


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
        """Never a key, a query or a body: only what an operator searches for."""
        line: dict[str, object] = {
            "timestamp": datetime.now(UTC),
            "level": "ERROR" if status >= 500 else "INFO",
            "method": environ["REQUEST_METHOD"],
            "path": _text(environ["PATH_INFO"])[:LOGGED_PATH_MAX],
            "status": status,
            "duration_ms": round(duration_ms, 1),
        }
        here = self.execution_environment
        if here is not None:
            line["request_id"] = getattr(environ["apig_wsgi.context"], "aws_request_id", "")
            line["cold_start"] = here.cold_start
            line["initialization_type"] = here.initialization_type
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()


def _text(path: str) -> str:
    """WSGI hands each byte of the path over as one character."""
    return path.encode("latin-1").decode(errors="replace")
