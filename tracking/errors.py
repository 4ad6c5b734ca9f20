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


def database_away() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Database unavailable",
        message="Try again in a moment. Send it again with the same request_id if it was a record.",
        headers={"Retry-After": "5"},
    )


def database_not_migrated() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Database not migrated",
        message="Run: python manage.py migrate",
        headers={"Retry-After": "60"},
    )


def queue_away() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Queue unavailable",
        message="Try again in a moment. Send it again with the same request_id if it was a record.",
        headers={"Retry-After": "5"},
    )


def method_not_allowed(methods: tuple[str, ...]) -> Refusal:
    allowed = ", ".join(methods)
    return Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED,
        f"Method not allowed. Use {allowed}.",
        headers={"Allow": allowed},
    )
