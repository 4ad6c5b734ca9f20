"""The error object that every endpoint answers with, and what each refusal says."""

from http import HTTPStatus


class Refusal(Exception):
    """An answer other than success: a status, the error object and headers. Knows no Django."""

    def __init__(
        self, status: int, error: str, *, headers: dict[str, str] | None = None, **details: object
    ) -> None:
        super().__init__(error)
        self.status = status
        self.body: dict[str, object] = {"error": error, **details}
        self.headers = headers or {}


def bad_request(error: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, error)


def bad_field(field: str, reason: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, f"{field} {reason}", field=field)


def too_large(limit_bytes: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body is larger than {limit_bytes:,} bytes. Send less at a time.",
        limit_bytes=limit_bytes,
    )


def incomplete() -> Refusal:
    return bad_request("The body is shorter than its Content-Length.")


def length_missing() -> Refusal:
    return Refusal(HTTPStatus.LENGTH_REQUIRED, "Send a Content-Length, not chunks.")


def busy() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Busy",
        message="Nothing was done. Try again in a moment.",
        headers={"Retry-After": "5"},
    )


def key_missing() -> Refusal:
    return Refusal(
        HTTPStatus.UNAUTHORIZED,
        "Unauthorized",
        message="API key required. Include X-API-Key header.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def key_wrong() -> Refusal:
    return Refusal(HTTPStatus.FORBIDDEN, "Forbidden", message="Invalid API key")


def key_not_configured() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Closed",
        message="Set the environment variable MLOPS_API_KEY: in production nothing is open.",
    )


AGAIN = "Try again in a moment. Send it again with the same request_id if it was a record."


def database_away() -> Refusal:
    return _database("unavailable", AGAIN)


def database_not_migrated() -> Refusal:
    return _database("not migrated", "Run: python manage.py migrate", retry_after=60)


def database_read_only() -> Refusal:
    return _database("read-only", f"It takes no records, as after a failover. {AGAIN}")


def database_forbidden() -> Refusal:
    message = "DATABASE_URL's user lacks a privilege that the service needs; its log names it."
    return _database("permission denied", message, retry_after=60)


def database_crowded() -> Refusal:
    return _database("out of connections", AGAIN)


def database_restarting() -> Refusal:
    return _database("restarting", AGAIN)


def database_full() -> Refusal:
    return _database("out of disk or memory", AGAIN, retry_after=30)


def database_busy() -> Refusal:
    return _database("busy", AGAIN, retry_after=1)


def _database(state: str, message: str, *, retry_after: int = 5) -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"Database {state}",
        message=message,
        headers={"Retry-After": str(retry_after)},
    )


def queue_away() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Queue unavailable",
        message=AGAIN,
        headers={"Retry-After": "5"},
    )


def method_not_allowed(methods: tuple[str, ...]) -> Refusal:
    allowed = ", ".join(methods)
    return Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"Method not allowed. Use {allowed}.",
        headers={"Allow": allowed},
    )
