"""Limits processor time as Lambda does: in proportion to memory, 1,769 MB being one core."""

import os
import time
from pathlib import Path
from uuid import uuid4

MB_OF_A_CORE = 1769
PERIOD_US = 20_000
CONTROL_GROUPS = Path("/sys/fs/cgroup")


class CpuLimit:
    """A control group for each execution environment, where this user may make them."""

    def __init__(self, memory_mb: int) -> None:
        self.cores = memory_mb / MB_OF_A_CORE
        self.quota_us = max(1_000, round(PERIOD_US * self.cores))
        self.reason = ""
        self._try()

    @property
    def possible(self) -> bool:
        return not self.reason

    def new_group(self) -> Path | None:
        """A limited control group without processes, or None where there can't be one."""
        if not self.possible:
            return None
        return _version_1(self.quota_us) if _is_version_1() else _version_2(self.quota_us)

    def _try(self) -> None:
        try:
            group = self.new_group()
        except OSError as error:
            self.reason = f"{error.strerror} ({error.filename})"
        else:
            remove(group)


def remove(group: Path | None) -> None:
    """Waits a moment for its processes, which must have been killed."""
    for _ in range(50):
        try:
            if group:
                group.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)


def _is_version_1() -> bool:
    return (CONTROL_GROUPS / "cpu" / "cpu.cfs_quota_us").exists()


def _version_1(quota_us: int) -> Path:
    group = _made(CONTROL_GROUPS / "cpu")
    (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
    (group / "cpu.cfs_quota_us").write_text(str(quota_us))
    return group


def _version_2(quota_us: int) -> Path:
    group = _made(CONTROL_GROUPS)
    try:
        (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
    except OSError:
        remove(group)
        raise
    return group


def _made(parent: Path) -> Path:
    group = parent / f"local-lambda-{os.getpid()}-{uuid4().hex[:8]}"
    group.mkdir()
    return group
