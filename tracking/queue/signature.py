"""AWS's signature of a request, version 4. Knows no Django.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    """`token` is what a role has besides."""

    access_key: str
    secret_key: str
    token: str | None = None


def signed(
    headers: dict[str, str], body: bytes, credentials: Credentials, region: str, service: str
) -> dict[str, str]:
    """The headers of a POST to `/`, Host among them, and those that sign it."""
    at = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    headers = {**headers, "X-Amz-Date": at}
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    lines = sorted(f"{name.lower()}:{value}\n" for name, value in headers.items())
    names = ";".join(sorted(name.lower() for name in headers))
    request = f"POST\n/\n\n{''.join(lines)}\n{names}\n{sha256(body).hexdigest()}"
    scope = (at[:8], region, service, "aws4_request")
    text = "\n".join((ALGORITHM, at, "/".join(scope), sha256(request.encode()).hexdigest()))
    key = reduce(_hmac, scope, f"AWS4{credentials.secret_key}".encode())
    credential = "/".join((credentials.access_key, *scope))
    signature = _hmac(key, text).hex()
    headers["Authorization"] = (
        f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
