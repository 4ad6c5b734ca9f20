"""Who may call: the API key of the environment. Knows no Django.

Every endpoint asks `admit`, so keys kept in the database need a change here alone.
"""

import hmac
from collections.abc import Mapping

from tracking.errors import key_missing, key_not_configured, key_wrong


def admit(meta: Mapping[str, str], api_key: str, *, production: bool) -> None:
    """Raises a Refusal unless `meta` (a WSGI environ) carries the key, if one is asked for."""
    if not api_key:
        if production:
            raise key_not_configured()
        return
    given = given_key(meta)
    if not given:
        raise key_missing()
    if not hmac.compare_digest(given.encode(), api_key.encode()):
        raise key_wrong()


def given_key(meta: Mapping[str, str]) -> str:
    """From `X-API-Key` or `Authorization: Bearer`."""
    scheme, _, token = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    return meta.get("HTTP_X_API_KEY", "") or (token.strip() if scheme.lower() == "bearer" else "")
