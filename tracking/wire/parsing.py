"""From the bytes of a body to records, or to a refusal that names the field and its bound.

Knows no Django.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw, Struct

from tracking.errors import Refusal, bad_field, bad_request, too_large
from tracking.store.record import ID_MAX, Record
from tracking.wire.payload import OWN_NAMES, WIRE_NAMES, TrackPayload, check_text, record_of

# A record is about 600 bytes; the bounds leave room for metadata and stop a memory bomb.
RECORD_MAX_BYTES = 64 * 1024
BATCH_MAX_BYTES = 1024 * 1024
BATCH_MAX_RECORDS = 1_000

ESCAPED_NUL = b"\\u0000"
JSON_WORDS = {"str": "a string", "int": "an integer", "float": "a number", "bool": "true or false"}
NULL = b"null"
FALSE_VALUES = (b"{}", b"[]", b"null", b"false", b"0", b'""')


class BatchPayload(Struct):
    records: list[Raw]


_record_decoder = msgspec.json.Decoder(TrackPayload)
_fields_decoder = msgspec.json.Decoder(dict[str, Raw])
_batch_decoder = msgspec.json.Decoder(BatchPayload)


class Parsed(NamedTuple):
    """A record, and the names of the fields that mean nothing here."""

    record: Record
    ignored: list[str]


def parse_record(body: bytes, received_at: datetime, idempotency_key: str | None = None) -> Parsed:
    if len(body) > RECORD_MAX_BYTES:
        raise too_large(RECORD_MAX_BYTES)
    check_idempotency_key(idempotency_key)
    fields = _fields_of(body)
    renamed = {wire: own for own, wire in OWN_NAMES.items() if _means(fields, own, wire)}
    if renamed:
        others = {name: value for name, value in fields.items() if name not in renamed}
        body = msgspec.json.encode(
            {**others, **{wire: fields[own] for wire, own in renamed.items()}}
        )
    try:
        record = _record_of(body, received_at, idempotency_key)
    except Refusal as refusal:
        raise _in_own_names(refusal, renamed) from refusal
    ignored = [*(fields.keys() - WIRE_NAMES - set(renamed.values()))]
    record.ignored_fields = len(ignored) or None
    return Parsed(record, ignored)


def parse_batch(
    body: bytes, received_at: datetime, idempotency_key: str | None = None
) -> list[Parsed | Refusal]:
    """A record or a refusal for each item; raises a Refusal where the batch itself is wrong.

    With an Idempotency-Key, items that have no request_id are told apart by their place; hashed,
    it has room for that, and `Z:0` is no other batch's first item.
    """
    if len(body) > BATCH_MAX_BYTES:
        raise too_large(BATCH_MAX_BYTES)
    check_idempotency_key(idempotency_key)
    items = _decode(_batch_decoder, body, empty="No records provided").records
    if not 1 <= len(items) <= BATCH_MAX_RECORDS:
        raise bad_field("records", f"must have 1 to {BATCH_MAX_RECORDS:,} items")
    key = idempotency_key and hashlib.blake2b(idempotency_key.encode(), digest_size=16).hexdigest()
    return [
        _parse_item(bytes(item), received_at, key and f"{key}:{index}")
        for index, item in enumerate(items)
    ]


def check_idempotency_key(key: str | None) -> None:
    if key and (len(key) > ID_MAX or not key.isprintable()):
        raise bad_field("Idempotency-Key", f"must have at most {ID_MAX} printable characters")


def _record_of(body: bytes, received_at: datetime, idempotency_key: str | None) -> Record:
    payload = _decode(_record_decoder, body, empty="No metrics data provided")
    if ESCAPED_NUL in body:
        check_text(payload)
    return record_of(payload, received_at, idempotency_key)


def _fields_of(body: bytes) -> dict[str, Raw]:
    """Empty where the body is no object; the record's own decoder says why."""
    try:
        return _fields_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _means(fields: Mapping[str, Raw], own: str, wire: str) -> bool:
    """Whether the own name stands for the wire's, which is absent or null."""
    return own in fields and bytes(fields.get(wire, NULL)) == NULL


def _in_own_names(refusal: Refusal, renamed: Mapping[str, str]) -> Refusal:
    """Names the field as the client did."""
    name = str(refusal.body.get("field", ""))
    if name not in renamed:
        return refusal
    return bad_field(renamed[name], str(refusal).removeprefix(f"{name} "))


def _parse_item(item: bytes, received_at: datetime, key: str | None) -> Parsed | Refusal:
    try:
        return parse_record(item, received_at, key)
    except Refusal as refusal:
        return refusal


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes, *, empty: str) -> Any:
    """What the body says; like the old service, takes every false value for an empty object."""
    if body.strip() in FALSE_VALUES:
        raise bad_request(empty)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(body, str(error)) from error


def _invalid(message: str) -> Refusal:
    """Turns "Expected `int` >= 0 - at `$.tokens_used`" into what a client should read."""
    if missing := re.search(r"missing required field `(\w+)`", message):
        return bad_request(f"Missing required field: {missing[1]}")
    reason, _, path = message.replace("`", "").partition(" - at ")
    name = re.split(r"[.\[]", path.removeprefix("$."))[0]
    if not name or name == "$":
        return bad_request("The body must be a JSON object.")
    return bad_field(name, _in_json_words(reason))


def _in_json_words(reason: str) -> str:
    reason = reason.replace("Number out of range", "Expected a finite number")
    reason = reason.replace("Invalid RFC3339 encoded datetime", "Expected an RFC 3339 date-time")
    wanted, _, got = reason.partition(", got ")
    wanted = re.sub(r"\b(str|int|float|bool)\b", lambda word: JSON_WORDS[word[0]], wanted)
    wanted = wanted.replace("Expected ", "must be ", 1).replace(" | ", " or ")
    return f"{wanted}, not {JSON_WORDS.get(got, got)}" if got else wanted


def _malformed(body: bytes, reason: str) -> Refusal:
    """Not JSON or not UTF-8: names the place by the last key before it."""
    offset = _offset(body, reason)
    keys: list[bytes] = re.findall(rb'"(\w{1,40})"\s*:', body[:offset])
    problem = f"The body must be a JSON object in UTF-8: {reason}"
    if not keys:
        return bad_request(f"{problem}.")
    field = keys[-1].decode()
    return Refusal(HTTPStatus.BAD_REQUEST, f"{problem}, in {field}.", field=field)


def _offset(body: bytes, reason: str) -> int:
    """Of the byte that can't be read; the whole length where the reason names none."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    place = re.search(r"\(byte (\d+)\)", reason)
    return int(place[1]) if place else len(body)
