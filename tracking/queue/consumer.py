"""Stores the records of messages. Knows no Django."""

import logging
from collections.abc import Iterator
from http import HTTPStatus

import msgspec

from tracking.errors import Refusal
from tracking.queue.message import Message, records_in
from tracking.store.append import Key
from tracking.store.database import Database
from tracking.store.record import Record

# As many as a batch of a client's may have: the database's answer doesn't take long.
RECORDS_AT_ONCE = 1_000

logger = logging.getLogger(__name__)


def store(database: Database, messages: list[Message]) -> list[Message]:
    """Commits the records; answers the messages that hold one that can't be stored.

    Raises a Refusal where the database is away: then no message may be deleted. What comes again
    after that, or after a crash, is known by its key and counts once.
    """
    read = [(message, _records(message)) for message in messages]
    records = [record for _, records in read for record in records]
    refused = {
        key
        for start in range(0, len(records), RECORDS_AT_ONCE)
        for key in _refused(database, records[start : start + RECORDS_AT_ONCE])
    }
    return [
        message
        for message, records in read
        if not records or not refused.isdisjoint(record.key for record in records)
    ]


def _records(message: Message) -> list[Record]:
    try:
        return records_in(message.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        logger.error("Message %s isn't one of this service: %s", message.message_id, error)
        return []


def _refused(database: Database, records: list[Record]) -> Iterator[Key]:
    """Those that the database doesn't take even alone; halving leaves no other out."""
    if _is_saved(database, records):
        return
    if len(records) == 1:
        yield records[0].key
        return
    middle = len(records) // 2
    yield from _refused(database, records[:middle])
    yield from _refused(database, records[middle:])


def _is_saved(database: Database, records: list[Record]) -> bool:
    try:
        database.save(records)
    except Refusal as refusal:
        if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise
        logger.exception("%d records were refused", len(records))
        return False
    except Exception:
        logger.exception("%d records can't be stored together", len(records))
        return False
    return True
