"""What no consumer could store: shown, and put back into the queue."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.errors import Refusal
from tracking.queue import ingest_queue
from tracking.queue.message import Message, records_in
from tracking.queue.sqs import LOOK_SECONDS, Queue

# Long enough that none is shown twice, short enough to look again.
HIDDEN_SECONDS = 60
SHOWN = 100


class Command(BaseCommand):
    help = (
        "Lists the messages in the dead-letter queue of INGEST_QUEUE_URL, with their records'"
        " businesses and request ids. A record that was stored before is counted no second time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--replay", action="store_true", help="Put them back into the queue, for the consumer."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        queue = ingest_queue(settings.INGEST_QUEUE_URL)
        if queue is None:
            raise CommandError("Set INGEST_QUEUE_URL to the queue's URL.")
        try:
            dead = queue.dead_letters()
            if dead is None:
                raise CommandError("The queue has no dead-letter queue: see docs/queue.md")
            count = self._replay(dead, queue) if options["replay"] else self._show(dead)
        except Refusal as refusal:
            raise CommandError(f"{refusal}: the log says why.") from refusal
        what = f"put back into {queue.name}" if options["replay"] else f"in {dead.name}"
        self.stdout.write(f"{count:,} messages {what}")

    def _show(self, dead: Queue) -> int:
        shown = list(_received(dead))
        for messages in shown:
            for message in messages:
                self._write(message)
        for messages in shown:
            dead.release(messages)
        return sum(map(len, shown))

    def _replay(self, dead: Queue, queue: Queue) -> int:
        """Deleted there when it is here: ended between, both have it, and it counts once."""
        count = 0
        for messages in _received(dead):
            for message in messages:
                self._write(message)
                queue.send(message.body)
            dead.delete(messages)
            count += len(messages)
        return count

    def _write(self, message: Message) -> None:
        sent_at = datetime.fromtimestamp(int(message.attributes["SentTimestamp"]) / 1000, UTC)
        tries = message.attributes["ApproximateReceiveCount"]
        self.stdout.write(f"{message.message_id} sent {sent_at:%Y-%m-%d %H:%M:%S} UTC, try {tries}")
        try:
            records = records_in(message.body)
        except msgspec.DecodeError as error:
            self.stdout.write(f"    not a message of this service: {error}")
            return
        for record in records[:SHOWN]:
            self.stdout.write(f"    {record.business_id} {record.request_id}")
        if len(records) > SHOWN:
            self.stdout.write(f"    and {len(records) - SHOWN:,} more")


def _received(dead: Queue) -> Iterator[list[Message]]:
    while messages := dead.receive(LOOK_SECONDS, VisibilityTimeout=HIDDEN_SECONDS):
        yield messages
