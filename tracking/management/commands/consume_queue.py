"""Stores what waits in the queue, where no Lambda function does."""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from tracking.errors import Refusal
from tracking.queue import ingest_queue
from tracking.queue.consumer import store
from tracking.queue.message import Message
from tracking.queue.sqs import LOOK_SECONDS, POLL_SECONDS, Queue
from tracking.store.through_django import ThroughDjango

RETRY_SECONDS = 5.0

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Command(BaseCommand):
    help = (
        "Takes records from INGEST_QUEUE_URL, stores them, and only then deletes them there. Runs"
        " until SIGTERM or Ctrl-C; several may run at once. While the database is away it waits"
        " with what it holds and takes no more, so that the rest becomes no dead letter."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-empty", action="store_true", help="Stop once nothing waits, for a schedule."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        queue = ingest_queue(settings.INGEST_QUEUE_URL)
        if queue is None:
            raise CommandError("Set INGEST_QUEUE_URL to the queue's URL.")
        consumer = Consumer(queue)
        signals = (signal.SIGTERM, signal.SIGINT)
        before = [signal.signal(number, consumer.stop) for number in signals]
        self.stdout.write(f"Taking records from {queue.name}")
        self.stdout.flush()
        try:
            consumer.run(until_empty=options["until_empty"])
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)
        self.stdout.write(f"{consumer.done:,} messages stored, {consumer.left:,} left as they were")


class Stopped(Exception):
    """A signal came while nothing had to be finished."""


class Consumer:
    """A signal ends it at once where it waits, else when the messages it stores are deleted."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.database = ThroughDjango()
        self.done = self.left = 0
        self.stopping = self.waiting = False

    def stop(self, *_: object) -> None:
        self.stopping = True
        if self.waiting:
            raise Stopped

    def run(self, *, until_empty: bool) -> None:
        wait_seconds = LOOK_SECONDS if until_empty else POLL_SECONDS
        try:
            while not self.stopping:
                messages = self._until_it_works(lambda: self._receive(wait_seconds))
                if messages:
                    self._take(messages)
                elif until_empty:
                    return
                else:
                    # Idle for long, it would be found cut; it is quickly made.
                    connection.close()
        except Stopped:
            return

    def _receive(self, wait_seconds: int) -> list[Message]:
        """What is handed out while a signal comes is handed out again."""
        with self._interruptible():
            return self.queue.receive(wait_seconds)

    def _take(self, messages: list[Message]) -> None:
        left = self._until_it_works(lambda: store(self.database, messages))
        stored = [message for message in messages if message not in left]
        self._until_it_works(lambda: self.queue.delete(stored))
        self.done += len(stored)
        self.left += len(left)

    def _until_it_works(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return work()
            except Refusal as refusal:
                logger.warning("%s: trying again in %g s", refusal, RETRY_SECONDS)
            with self._interruptible():
                time.sleep(RETRY_SECONDS)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        if self.stopping:
            raise Stopped
        self.waiting = True
        try:
            yield
        finally:
            self.waiting = False
