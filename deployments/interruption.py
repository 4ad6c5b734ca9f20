"""Ctrl-C between two calls: what was measured is kept, and no call is cut in two."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any


@contextmanager
def interruption() -> Iterator[Event]:
    """Set by the first Ctrl-C; a second one raises KeyboardInterrupt, as without this."""
    interrupted = Event()

    def on_signal(*arguments: Any) -> None:
        signal.signal(signal.SIGINT, before)
        interrupted.set()

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
