"""Stores the records of messages. Knows no Django."""

import logging
from http import HTTPStatus

import msgspec

from tracking.errors import Refusal
from tracking.queue.message import Message, records_in
from tracking.store.database import Database
from tracking.store.record import Record

logger = logging.getLogger(__name__)


def store(database: Database, messages: list[Message]) -> list[Message]:
    """Commits the records; answers the messages that hold one that can't be stored.

    Raises a Refusal where the database is away: then no message may be deleted. What comes again
    after that, or after a crash, is known by its key and counts once.
    """
    read = [(message, _records(message)) for message in messages]
    together = [record for _, records in read for record in records]
    if not together or _saved(database, together):
        return [message for message, records in read if not records]
    return [message for message, records in read if not records or not _stored(database, records)]


def _records(message: Message) -> list[Record]:
    try:
        return records_in(message.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        logger.error("Message %s isn't one of this service: %s", message.message_id, error)
        return []


def _stored(database: Database, records: list[Record]) -> bool:
    """False where one was refused; halving leaves no other out on its account."""
    if _saved(database, records):
        return True
    middle = len(records) // 2
    return bool(middle) and all(
        [_stored(database, records[:middle]), _stored(database, records[middle:])]
    )


def _saved(database: Database, records: list[Record]) -> bool:
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
