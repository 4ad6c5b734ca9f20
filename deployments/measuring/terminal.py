"""What somebody at a terminal has of a measurement: a bar of its progress, and Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

WIDTH = 30


class ProgressBar:
    """Where there is no terminal, nothing is shown."""

    def __init__(self, stream: Any, total: int) -> None:
        self.stream = stream
        self.total = total
        self.done = 0
        self.shown = stream.isatty()

    def advance(self) -> None:
        """Past the total (forced cold starts) it only counts."""
        self.done += 1
        if self.shown:
            filled = WIDTH * min(self.done, self.total) // max(self.total, 1)
            bar = "█" * filled + "·" * (WIDTH - filled)
            self.stream.write(f"\r{bar} {self.done} of {self.total} calls", ending="")
            self.stream.flush()

    def close(self) -> None:
        if self.shown and self.done:
            self.stream.write("")


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
