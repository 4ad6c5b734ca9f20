"""Records as the text of messages, and back. Knows no Django.

A message holds records that were accepted, with the time and the request id they were given then:
however often it is delivered, they are stored as of that moment, and once.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tracking.store.record import Record

# SQS takes 1 MiB (since August 2025); 256 KiB is what stand-ins and queues with a limit of their
# own take, and holds hundreds of records. One record is smaller than its body may be: 64 KiB.
MESSAGE_MAX_BYTES = 256 * 1024
FRAME = b'{"records":[%s]}'


class Message(NamedTuple):
    """`receipt` is what deletes it; a Lambda consumer needs none."""

    message_id: str
    body: str
    receipt: str = ""
    attributes: dict[str, str] = {}


class Batch(msgspec.Struct):
    records: list[Record]


def bodies_of(records: list[Record]) -> Iterator[tuple[str, int]]:
    """(text of a message, how many of the records are in it), in their order."""
    part: list[bytes] = []
    size = len(FRAME)
    for record in records:
        encoded = _encoded(record)
        if part and size + len(encoded) > MESSAGE_MAX_BYTES:
            yield _body(part), len(part)
            part, size = [], len(FRAME)
        part.append(encoded)
        size += len(encoded) + len(b",")
    if part:
        yield _body(part), len(part)


def records_in(body: str) -> list[Record]:
    """Raises msgspec.DecodeError where that isn't a message of ours."""
    return msgspec.json.decode(body, type=Batch).records


def _body(part: list[bytes]) -> str:
    return (FRAME % b",".join(part)).decode()


def _encoded(record: Record) -> bytes:
    """SQS refuses the two characters that XML has no place for; JSON can escape them."""
    text = msgspec.json.encode(record).decode()
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff").encode()
