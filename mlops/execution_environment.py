"""Lambda's execution environment: this process's start, and which invocation is its first."""

import os
import time


class ExecutionEnvironment:
    """Made once, when everything that starts before the first invocation has been imported."""

    def __init__(self) -> None:
        # on-demand, provisioned-concurrency or snap-start
        self.initialization_type = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        self.init_ms = 1000 * _seconds_since_process_start()
        self.cold_start = self.initialization_type != "provisioned-concurrency"
        self.answered = False
        self._invoked = False

    def invoked(self) -> None:
        """A cold start is the first invocation, unless the environment was made ahead of it."""
        if self._invoked:
            self.cold_start = False
        self._invoked = True


def _seconds_since_process_start() -> float:
    with open("/proc/self/stat", encoding="ascii", errors="replace") as stat:
        started_ticks = int(stat.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks / os.sysconf("SC_CLK_TCK")
