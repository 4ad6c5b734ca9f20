"""What a database's error means to whoever asked: one table for both connections.

Knows no Django.
"""

from collections.abc import Callable

from tracking.errors import (
    Refusal,
    bad_request,
    database_away,
    database_busy,
    database_crowded,
    database_forbidden,
    database_full,
    database_not_migrated,
    database_read_only,
    database_restarting,
)


def value_refused() -> Refusal:
    return bad_request("A value can't be stored or looked for: it is out of the database's range.")


# A whole SQLSTATE, or the class that it begins with. What isn't here is a fault of this service.
BY_SQLSTATE: dict[str, Callable[[], Refusal]] = {
    "08": database_away,
    "22": value_refused,
    # Label sets of a wiped database; others are caught by their key.
    "23": database_away,
    "23514": value_refused,
    "25006": database_read_only,
    "28": database_forbidden,
    "3D": database_away,
    "3F": database_not_migrated,
    "40": database_busy,
    "42501": database_forbidden,
    "42703": database_not_migrated,
    "42883": database_not_migrated,
    "42P01": database_not_migrated,
    "53": database_full,
    "53300": database_crowded,
    "55P03": database_busy,
    "57014": database_busy,
    "57": database_restarting,
    "58": database_away,
    "F0": database_away,
    "XX": database_away,
}
BY_SQLITE_ERROR: dict[str, Callable[[], Refusal]] = {
    "SQLITE_BUSY": database_busy,
    "SQLITE_LOCKED": database_busy,
    "SQLITE_READONLY": database_read_only,
    "SQLITE_FULL": database_full,
    "SQLITE_TOOBIG": value_refused,
}
# A connection that isn't let in has no SQLSTATE, and SQLite one code for all that is amiss in SQL.
BY_WORDS: dict[str, Callable[[], Refusal]] = {
    "readonly database": database_read_only,
    "too many clients": database_crowded,
    "too many connections": database_crowded,
    "connection slots are reserved": database_crowded,
    "no more connections allowed": database_crowded,
    "starting up": database_restarting,
    "shutting down": database_restarting,
    "in recovery mode": database_restarting,
    "authentication failed": database_forbidden,
    "too large to convert to SQLite": value_refused,
    "no such table": database_not_migrated,
    "no such column": database_not_migrated,
}
# DB-API modules and Django name them alike.
FROM_OUTSIDE = {"OperationalError", "InterfaceError"}


def refusal_of(error: Exception) -> Refusal | None:
    """None where it is no fault of the database but of what it was asked."""
    cause = error.__cause__ or error
    sqlstate = getattr(cause, "pgcode", None) or ""
    sqlite_error = "_".join(getattr(cause, "sqlite_errorname", "").split("_")[:2])
    make = (
        BY_SQLSTATE.get(sqlstate)
        or BY_SQLSTATE.get(sqlstate[:2])
        or BY_SQLITE_ERROR.get(sqlite_error)
    )
    if not make and not sqlstate:
        make = _by_words(str(cause)) or _by_name(cause)
    return make() if make else None


def _by_words(text: str) -> Callable[[], Refusal] | None:
    return next((make for words, make in BY_WORDS.items() if words in text), None)


def _by_name(error: BaseException) -> Callable[[], Refusal] | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    # psycopg2 raises the last, their base, itself where a connection is cut in mid-answer.
    if names & FROM_OUTSIDE or type(error).__name__ == "DatabaseError":
        return database_away
    return value_refused if "DataError" in names else None
