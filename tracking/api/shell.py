"""The WSGI shell before Django: answers the API itself and hands on everything else.

A cold Lambda environment answers so before Django is loaded, and a container spends on a record
only what storing it takes. Where Django is loaded it answers all but records and `/health`, so
that its own metrics see them. The shell has PostgreSQL alone; on SQLite, and for browsers (an
Origin header, or a page wanted), Django answers. Knows no Django.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from tracking import environment
from tracking.api import endpoints
from tracking.api.endpoints import Endpoint
from tracking.api.exchange import Answer, Call
from tracking.errors import Refusal
from tracking.store import deadline
from tracking.store.database import Direct

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Worth the shell even where Django is loaded.
ALWAYS = ("/track", "/track/batch", "/v1/traces", "/health")
# What Django answers are pages and their forms.
FORM_MAX_BYTES = 64 * 1024


class Configuration(NamedTuple):
    """The environment variables that the API needs."""

    database_url: str
    database: Direct
    api_key: str
    production: bool
    queue_url: str
    is_safe: bool

    @classmethod
    def read(cls) -> "Configuration":
        url = environment.text("DATABASE_URL")
        return cls(
            database_url=url,
            database=Direct(url, environment.max_label_sets()),
            api_key=environment.text("MLOPS_API_KEY"),
            production=environment.production(),
            queue_url=environment.queue_url(),
            # Django refuses such a start with its reason.
            is_safe=not environment.unsafe_start(),
        )


class ApiFirst:
    """`load_django` is called once, by the first request that needs Django, unless it is given."""

    def __init__(
        self,
        load_django: Callable[[], "WSGIApplication"],
        django: "WSGIApplication | None" = None,
    ) -> None:
        self.load_django = load_django
        self.django = django

    @cached_property
    def configured(self) -> Configuration:
        """Read by the first request, so that a wrong value is answered and not a failed init."""
        return Configuration.read()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        environ["PATH_INFO"] = _path(environ)
        with deadline.of_request():
            return self._answered(environ, start_response)

    def _answered(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if endpoint := self.own_endpoint(environ):
            return start(endpoints.answer(endpoint, self._call(environ)), start_response)
        if self.django is None:
            self.django = self.load_django()
        return self.django(environ, start_response)

    def own_endpoint(self, environ: "WSGIEnvironment") -> Endpoint | None:
        """Which one answers here; none where Django does."""
        path = _path(environ)
        endpoint = endpoints.find(path)
        if endpoint is None or not _is_plain(environ, endpoint):
            return None
        here = self.configured
        has_database = here.database_url.startswith(("postgres://", "postgresql://"))
        is_wanted = here.is_safe and (path in ALWAYS or self.django is None)
        return endpoint if is_wanted and (has_database or not endpoint.asks_database) else None

    def max_body_bytes(self, environ: "WSGIEnvironment") -> int:
        """What a server may take before it calls: nothing from those whom the answer refuses."""
        endpoint = endpoints.find(_path(environ))
        if endpoint is None:
            return FORM_MAX_BYTES
        try:
            endpoints.check(endpoint, self._call(environ))
        except Refusal:
            return 0
        return endpoint.max_body_bytes

    def takes_chunks(self, environ: "WSGIEnvironment") -> bool:
        endpoint = endpoints.find(_path(environ))
        return endpoint is not None and endpoint.chunked

    def _call(self, environ: "WSGIEnvironment") -> Call:
        return Call(
            method=environ["REQUEST_METHOD"],
            # WSGI hands each byte of the path over as one character.
            path=_path(environ).encode("latin-1").decode(errors="replace"),
            meta=environ,
            read_body=environ["wsgi.input"].read,
            database=self.configured.database,
            api_key=self.configured.api_key,
            production=self.configured.production,
            queue_url=self.configured.queue_url,
        )


def _path(environ: "WSGIEnvironment") -> str:
    """MLOPS_SERVICE_URL may end in a slash, to which the client adds another."""
    return "/" + str(environ["PATH_INFO"]).lstrip("/")


def _is_plain(environ: "WSGIEnvironment", endpoint: Endpoint) -> bool:
    """CORS and methods are Django's to answer, and so are pages."""
    method = environ["REQUEST_METHOD"]
    wants_page = _path(environ) == "/" and "text/html" in environ.get("HTTP_ACCEPT", "")
    is_usual = method in endpoint.methods and method != "HEAD"
    return is_usual and not wants_page and "HTTP_ORIGIN" not in environ


def start(answer: Answer, start_response: "StartResponse") -> list[bytes]:
    headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [answer.body]
