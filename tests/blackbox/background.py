"""What goes on beside the load, in threads of its own."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Background:
    """A context manager: the works begin with it, and end once `_stop` is set."""

    def __init__(self, *works: Callable[[], None]) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
