"""How far long work came: a line on the standard error every few seconds."""

import time
from typing import Any

EVERY_SECONDS = 2.0


class Progress:
    """Shown to a person (a terminal) or on request (`-v2`), so that logs stay short."""

    def __init__(self, stream: Any, verbosity: int, unit: str = "rows") -> None:
        self.stream = stream
        self.unit = unit
        self.shown = verbosity >= 2 or (verbosity == 1 and stream.isatty())
        self.started = self.said = time.monotonic()
        self.done = 0

    def advance(self, steps: int) -> None:
        self.done += steps
        now = time.monotonic()
        if self.shown and now - self.said >= EVERY_SECONDS:
            self.said = now
            rate = self.done / (now - self.started)
            self.stream.write(f"{self.done:,} {self.unit}, {rate:,.0f} a second")
