"""Execution environments that start as concurrency rises and go when they are idle."""

import random
import threading
import time
from typing import Any

from deploy.local_lambda.environment import Environment, Function

REAP_SECONDS = 0.5


class Throttled(Exception):
    """All environments are busy."""


class Pool:
    """At most `size` environments; each event takes the one that was used last, or a new one.

    Past them an event waits for `wait_seconds`; on Lambda it doesn't.
    """

    def __init__(
        self, function: Function, *, size: int, idle_seconds: float, wait_seconds: float = 0
    ) -> None:
        self.function = function
        self.size = size
        self.idle_seconds = idle_seconds
        self.wait_seconds = wait_seconds
        self.started = 0
        self._idle: list[Environment] = []
        self._all: list[Environment | None] = []
        self._lock = threading.Condition()
        self._stopped = threading.Event()
        self._reaper = threading.Thread(target=self._reap, daemon=True)
        self._reaper.start()

    def invoke(self, event: dict[str, Any]) -> Any:
        """What the function returned; raises Throttled or FunctionError."""
        environment = self._take()
        try:
            return environment.invoke(event)
        finally:
            self._give_back(environment)

    def environments(self) -> list[Environment]:
        with self._lock:
            return [environment for environment in self._all if environment]

    def kill_one(self) -> bool:
        """Any of them, busy or idle; False if there is none."""
        environments = [environment for environment in self.environments() if environment.alive()]
        if environments:
            random.choice(environments).kill()
        return bool(environments)

    def end_idle(self) -> None:
        """Those that nobody waits for, as Lambda does when it wants their place."""
        for environment in self._take_idle(0):
            environment.kill()

    def stop(self) -> None:
        self._stopped.set()
        self._reaper.join()
        with self._lock:
            self.size = 0
        for environment in self.environments():
            environment.kill()

    def _take(self) -> Environment:
        with self._lock:
            if not self._lock.wait_for(self._has_room, self.wait_seconds):
                raise Throttled
            if self._idle:
                return self._idle.pop()
            self._all.append(None)
        return self._start()

    def _has_room(self) -> bool:
        self._forget_dead()
        return bool(self._idle) or len(self._all) < self.size

    def _start(self) -> Environment:
        """Fills a place that was kept for it."""
        environment = None
        try:
            environment = Environment(self.function)
            return environment
        finally:
            with self._lock:
                self._all.remove(None)
                if environment:
                    self._all.append(environment)
                    self.started += 1

    def _give_back(self, environment: Environment) -> None:
        with self._lock:
            if environment.alive():
                self._idle.append(environment)
            self._lock.notify()

    def _forget_dead(self) -> None:
        self._idle = [environment for environment in self._idle if environment.alive()]
        self._all = [one for one in self._all if one is None or one.alive()]

    def _reap(self) -> None:
        while not self._stopped.wait(min(REAP_SECONDS, self.idle_seconds)):
            for environment in self._take_idle(self.idle_seconds):
                environment.kill()

    def _take_idle(self, seconds: float) -> list[Environment]:
        limit = time.monotonic() - seconds
        with self._lock:
            gone = [one for one in self._idle if one.idle_since <= limit]
            self._idle = [one for one in self._idle if one not in gone]
            self._all = [one for one in self._all if one not in gone]
        return gone
