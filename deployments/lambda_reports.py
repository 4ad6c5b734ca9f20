"""Reads Lambda's log in order: its reports, and what other lines tell of who called.

Knows no Django.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from deployments.lambda_report_lines import Report, is_report, parse

LINE_MAX = 65_536
REMEMBERED_INVOCATIONS = 10_000
REQUEST_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


# When the log took the line in, if that is known, and the line.
Line = tuple[datetime | None, str]


class LogReader:
    """Turns lines, in the order of the log, into reports. It counts `reports`, `other`
    lines and `unreadable` reports."""

    def __init__(self) -> None:
        self.reports = 0
        self.other = 0
        self.unreadable = 0
        self._invocations: OrderedDict[str, str] = OrderedDict()

    def read(self, lines: Iterable[Line]) -> Iterator[Report]:
        """`lines` are (time, text); without a time, the text may begin with one."""
        held: Report | None = None
        for at, line in lines:
            report = self._report(at, line)
            if held and _tells_timeout(line, held):
                held = replace(held, status="timeout")
            if report and held:
                yield held
            held = report or held
        if held:
            yield held

    def _report(self, at: datetime | None, line: str) -> Report | None:
        line = line.strip("\x00 \r\n")
        if len(line) > LINE_MAX or not is_report(line):
            self.other += 1
            self._learn(line[:LINE_MAX])
            return None
        try:
            report = parse(line)
        except ValueError:
            self.unreadable += 1
            return None
        self.reports += 1
        invocation = self._invocations.get(report.request_id, "unknown")
        return replace(
            report, invocation=invocation, reported_at=at or report.reported_at or _time(line)
        )

    def _learn(self, line: str) -> None:
        invocation = _invocation(line)
        for request_id in REQUEST_ID.findall(line)[:5] if invocation else []:
            self._invocations.setdefault(request_id, invocation)
        while len(self._invocations) > REMEMBERED_INVOCATIONS:
            self._invocations.popitem(last=False)


def _tells_timeout(line: str, report: Report) -> bool:
    """Text reports of older runtimes have no status; the line after them tells."""
    return "Task timed out" in line and report.request_id in line


def _invocation(line: str) -> str:
    """What a line of this service, or of Zappa at log level DEBUG, says of its caller."""
    if '"method"' in line and '"path"' in line:
        return "request"
    if "keep_warm" in line:
        return "keep_warm"
    if "Scheduled Event" in line or '"scheduled"' in line:
        return "scheduled"
    return ""


_TIME = re.compile(
    r"^\[?(?:(\d{13})\b|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)))"
)


def _time(line: str) -> datetime | None:
    """As `zappa tail` (milliseconds) and `aws logs tail` (ISO 8601) put it before a line."""
    found = _TIME.match(re.sub(r"\x1b\[[0-9;]*m", "", line[:200]))
    if not found:
        return None
    if found[1]:
        return datetime.fromtimestamp(int(found[1]) / 1_000, UTC)
    return datetime.fromisoformat(found[2]).astimezone(UTC)
