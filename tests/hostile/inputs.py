"""Hostile requests, the same for each seed: bodies, headers, paths, queries and forms."""

import json
from collections.abc import Callable
from dataclasses import fields
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from dashboard.frame.scope import SCOPE_PARAMETERS
from dashboard.requests.filter import RANGES
from dashboard.runs.form import RunForm
from deployments.costs.prices import TABLE
from deployments.costs.scenario import Scenario
from deployments.models import Deployment
from tests.build import full_payload
from tracking.wire.payload import TrackPayload

SCRIPT = "<script>window.ran=1</script>"
TEXTS = [
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "\n",
        "\r\nX-Evil: 1",
        '"',
        "'",
        '\\"',
        "\\",
        "{",
        "%",
        "%00",
        "%zz",
    ),
    *(SCRIPT, '"><img src=x onerror="window.ran=1">', "javascript:window.ran=1", "{{ 7*7 }}"),
    *(
        "'; DROP TABLE tracking_airequest; --",
        "=1+1",
        "＝1",
        "|calc",
        " =1",
        "@SUM(A1)",
        "+1",
        "-1",
    ),
    *("\ud800", "\udfff\ud800", "\u202e", "\u2028", "😀" * 50, "é" * 201, "x" * 5_000, "\ufeff"),
    *("other", "(none)", "none", "null", "../../etc/passwd", "//evil.example", "1_0", "٣", "1e3"),
    *("2026-03-01T14:00", "0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59", "2026-13-45", "7d"),
    *(
        "newest",
        "dearest",
        "model",
        "period",
        "clinic",
        "gpt-5-mini",
        "Europe/Berlin",
        "True",
        "new",
    ),
]
NUMBERS: list[Any] = [
    *(0, -0.0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400, 5e-324, 1e308),
    *(float("nan"), float("inf"), float("-inf"), 0.1 + 0.2, 86_400_000.1, 100_000_001, 1e-13),
]
SPELLINGS = [
    *(
        "1e-999999999",
        "1e999999999",
        "1e-99999",
        "0e999999999",
        "9" * 500,
        "000000001999999",
        "NaN",
    ),
    *("Infinity", "-0", "1e-999999999_1", "1_99999999999999999999", "-1_1", "0x10", "1,5", " 5 "),
]
COSTS = (*(field.name for field in fields(Scenario)), *(price.name for price in TABLE))
PARAMETERS = sorted(
    {*SCOPE_PARAMETERS, *RANGES, *COSTS, "sort", "after", "failed", "q", "open", "by", "order"}
    | {"of", "a", "b", "path", "measure", "deployment", "container", "days", "p", "o", "e", "next"}
)
PAGES = [
    *("/dashboard/", "/dashboard/overview.json", "/dashboard/requests/", "/dashboard/requests.csv"),
    *("/dashboard/requests.json", "/dashboard/requests/1/", "/dashboard/breakdown/"),
    *("/dashboard/breakdown.json", "/dashboard/compare/", "/dashboard/compare.json"),
    *("/dashboard/breakdown.csv", "/dashboard/breakdown-lines.json", "/dashboard/business/"),
    *("/dashboard/business.json", "/dashboard/model/", "/dashboard/spend/"),
    *("/dashboard/spend.json", "/dashboard/spend.csv"),
    *("/dashboard/costs/", "/dashboard/costs.json", "/dashboard/deployments/"),
    *("/dashboard/deployments.json", "/dashboard/runs/", "/admin/deployments/deployment/"),
    *("/admin/deployments/latencyrun/", "/admin/deployments/lambdareport/", "/admin/auth/user/"),
    *("/metrics", "/health", "/health/detailed", "/", "/analytics/clinic", "/nowhere"),
]
FORMS = {
    "/dashboard/runs/": (*RunForm.base_fields,),
    "/dashboard/runs/1/sample": ("x",),
    "/dashboard/runs/1/stop": ("x",),
    "/admin/login/": ("username", "password", "next"),
    "/admin/deployments/deployment/add/": tuple(
        field.name for field in Deployment._meta.get_fields() if field.concrete
    ),
    "/admin/auth/user/add/": ("username", "password1", "password2", "usable_password"),
    "/admin/auth/group/add/": ("name", "permissions"),
    "/admin/deployments/deployment/": ("action", "_selected_action", "index", "select_across"),
}
HEADERS = (
    *("Idempotency-Key", "X-API-Key", "Authorization", "Accept", "Accept-Encoding", "Origin"),
    *("Cookie", "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "Content-Type"),
    *("Content-Encoding", "If-Modified-Since", "If-None-Match", "Range", "X-CSRFToken"),
)


class Input(NamedTuple):
    method: str
    path: str
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = {}


def hostile_inputs(seed: int, count: int) -> list[Input]:
    random = Random(seed)
    return [random.choice(KINDS)(random) for _ in range(count)]


def _text(random: Random) -> str:
    text = random.choice(TEXTS + SPELLINGS)
    return text if random.random() < 0.8 else text + random.choice(TEXTS)


def _value(random: Random, depth: int = 0) -> Any:
    kinds: list[Callable[[], Any]] = [
        lambda: _text(random),
        lambda: random.choice(NUMBERS),
        lambda: random.choice([None, True, False, [], {}]),
    ]
    if depth < 3:
        kinds.append(lambda: [_value(random, depth + 1) for _ in range(random.randrange(4))])
        kinds.append(lambda: {_text(random): _value(random, depth + 1) for _ in range(3)})
    return random.choice(kinds)()


def _record(random: Random) -> Any:
    record = full_payload(request_id=str(random.random()), occurred_at="2026-03-01T12:00:00Z")
    names = (*TrackPayload.__struct_encode_fields__, "unheard_of")
    for name in random.sample(names, random.randrange(1, 4)):
        record[name] = _value(random)
    if random.random() < 0.2:
        record["metadata"] = {_text(random): _value(random, 3) for _ in range(random.randrange(25))}
    return record if random.random() < 0.95 else _value(random)


def _json(random: Random, value: Any) -> bytes:
    body = json.dumps(value, ensure_ascii=random.random() < 0.5).encode(errors="surrogatepass")
    if random.random() < 0.1:
        place = random.randrange(len(body) + 1)
        body = body[:place] + random.randbytes(3) + body[place:]
    return body[: random.randrange(len(body) + 1)] if random.random() < 0.05 else body


def _query(random: Random) -> str:
    names = random.sample(PARAMETERS, random.randrange(4))
    return urlencode([(name, _bytes(_text(random))) for name in names])


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _headers(random: Random) -> dict[str, str]:
    """Of characters that a server hands on: it refuses control characters itself."""
    names = random.sample(HEADERS, random.randrange(3))
    texts = (_bytes(_text(random)).decode("latin-1") for _ in names)
    return {
        name: "".join(char for char in text if char.isprintable())
        for name, text in zip(names, texts, strict=True)
    }


def _track(random: Random) -> Input:
    return Input("POST", "/track", _json(random, _record(random)), headers=_headers(random))


def _batch(random: Random) -> Input:
    records = [_record(random) for _ in range(random.randrange(5))]
    return Input("POST", "/track/batch", _json(random, {"records": records}))


def _page(random: Random) -> Input:
    path = f"{random.choice(PAGES)}?{_query(random)}"
    return Input("GET", path, headers=_headers(random))


def _path(random: Random) -> Input:
    start = random.choice(
        ["/analytics/", "/dashboard/requests/", "/dashboard/runs/", "/admin/", "/"]
    )
    method = random.choice(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
    return Input(method, f"{start}{quote(_bytes(_text(random)))}?{_query(random)}")


def _form(random: Random) -> Input:
    path = random.choice(list(FORMS))
    body = urlencode([(name, _bytes(_text(random))) for name in FORMS[path]]).encode()
    return Input("POST", path, body, "application/x-www-form-urlencoded")


KINDS = (_track, _track, _batch, _page, _page, _path, _form)
