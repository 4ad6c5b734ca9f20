"""The WSGI shell before Django: answers the API itself and hands on everything else.

A cold Lambda environment answers so before Django is loaded, and a container spends on a record
only what storing it takes. Where Django is loaded it answers all but records and `/health`, so
that its own metrics see them. The shell has PostgreSQL alone; on SQLite, and for browsers (an
Origin header, or a page wanted), Django answers. Knows no Django.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from tracking import environment
from tracking.api import endpoints
from tracking.api.endpoints import Endpoint
from tracking.api.exchange import Answer, Call
from tracking.queue import ingest_queue
from tracking.store.database import Direct

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Worth the shell even where Django is loaded, and the only one that needs no database.
ALWAYS = ("/track", "/track/batch", "/health")
WITHOUT_DATABASE = ("/health",)


class ApiFirst:
    """`load_django` is called once, by the first request that needs Django, unless it is given."""

    def __init__(
        self,
        load_django: Callable[[], "WSGIApplication"],
        django: "WSGIApplication | None" = None,
    ) -> None:
        self.load_django = load_django
        self.django = django
        self.database_url = environment.text("DATABASE_URL")
        self.database = Direct(self.database_url, environment.max_label_sets())
        self.api_key = environment.text("MLOPS_API_KEY")
        self.production = environment.production()
        self.queue = ingest_queue(environment.text("INGEST_QUEUE_URL"))
        # Django refuses such a start with its reason.
        self.is_safe = not environment.unsafe_start()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        # MLOPS_SERVICE_URL may end in a slash, to which the client adds another.
        path = environ["PATH_INFO"] = "/" + environ["PATH_INFO"].lstrip("/")
        endpoint = endpoints.find(path)
        if endpoint and self._is_ours(path, endpoint, environ):
            return _start(endpoints.answer(endpoint, self._call(path, environ)), start_response)
        if self.django is None:
            self.django = self.load_django()
        return self.django(environ, start_response)

    def _is_ours(self, path: str, endpoint: Endpoint, environ: "WSGIEnvironment") -> bool:
        method = environ["REQUEST_METHOD"]
        is_plain = method in endpoint.methods and method != "HEAD" and not _is_browser(environ)
        has_database = self.database_url.startswith(("postgres://", "postgresql://"))
        wanted = self.is_safe and (path in ALWAYS or self.django is None)
        return is_plain and wanted and (has_database or path in WITHOUT_DATABASE)

    def _call(self, path: str, environ: "WSGIEnvironment") -> Call:
        return Call(
            method=environ["REQUEST_METHOD"],
            # WSGI hands each byte of the path over as one character.
            path=path.encode("latin-1").decode(errors="replace"),
            meta=environ,
            read_body=environ["wsgi.input"].read,
            database=self.database,
            api_key=self.api_key,
            production=self.production,
            queue=self.queue,
        )


def _is_browser(environ: "WSGIEnvironment") -> bool:
    """CORS is Django's to answer, and so are pages."""
    wants_page = environ["PATH_INFO"] == "/" and "text/html" in environ.get("HTTP_ACCEPT", "")
    return wants_page or "HTTP_ORIGIN" in environ


def _start(answer: Answer, start_response: "StartResponse") -> list[bytes]:
    headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [answer.body]
