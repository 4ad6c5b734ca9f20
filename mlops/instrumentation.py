"""Tells with each answer how it was served: headers for the client, one JSON line for the log."""

import time
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mlops.execution_environment import ExecutionEnvironment
from mlops.invocation_log import Fields, invocation_fields, log_line

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
        fields: Fields = {
            "method": environ["REQUEST_METHOD"],
            "path": _text(environ["PATH_INFO"])[:LOGGED_PATH_MAX],
            "status": status,
            "duration_ms": round(duration_ms, 1),
        }
        if self.execution_environment is not None:
            context = environ["apig_wsgi.context"]
            fields |= invocation_fields(self.execution_environment, context)
        log_line("ERROR" if status >= 500 else "INFO", fields)


def _text(path: str) -> str:
    """WSGI hands each byte of the path over as one character."""
    return path.encode("latin-1").decode(errors="replace")
