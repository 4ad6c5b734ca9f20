"""Lambda's log as reports: who called, how long it ran, what is billed.

A REPORT or INIT_REPORT line, text or JSON, has the figures; lines around it tell who called and
whether it timed out. Formats: AWS Lambda developer guide, "Working with Lambda function logs" and
"Telemetry API event schema reference". Knows no Django.
"""

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

FIGURE_MAX = 1e9
LINE_MAX = 65_536
REMEMBERED_INVOCATIONS = 10_000

MARKS = ("INIT_REPORT ", "REPORT RequestId:", '"platform.report"', '"platform.initReport"')
REQUEST_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TEXT_FIGURES = re.compile(
    r"(Billed Restore Duration|Restore Duration|Billed Duration|Init Duration|Duration"
    r"|Memory Size|Max Memory Used): ([0-9.]+) (?:ms|MB)"
)
_TEXT_WORDS = re.compile(r"(Status|Error Type): ([\w.]+)")
_TEXT_ID = re.compile(r"RequestId: ([0-9A-Za-z-]{1,64})")
_TIME = re.compile(
    r"^\[?(?:(\d{13})\b|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)))"
)

# When the log took the line in, if that is known, and the line.
LogLine = tuple[datetime | None, str]


@dataclass(frozen=True)
class Report:
    """One line; a figure that it doesn't have is None. `status` is empty for success."""

    request_id: str = ""
    init_only: bool = False
    invocation: str = "unknown"
    reported_at: datetime | None = None
    duration_ms: float | None = None
    billed_duration_ms: float | None = None
    init_duration_ms: float | None = None
    restore_duration_ms: float | None = None
    billed_restore_duration_ms: float | None = None
    memory_mb: int | None = None
    max_memory_used_mb: int | None = None
    status: str = ""
    error_type: str = ""

    @property
    def line_key(self) -> str:
        """The same for the same line, whether it comes from a file or from CloudWatch.

        A retry has the request id of the first try and differs in its figures. INIT_REPORT has
        no id in text form; its time stands in.
        """
        when = "" if self.request_id or not self.reported_at else self.reported_at.isoformat()
        figures = (self.duration_ms, self.billed_duration_ms, self.init_duration_ms)
        text = repr((self.request_id, self.init_only, when, figures, self.restore_duration_ms))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class LogReader:
    """Turns lines, in the order of the log, into reports. It counts `reports`, `other`
    lines and `unreadable` reports."""

    def __init__(self) -> None:
        self.reports = 0
        self.other = 0
        self.unreadable = 0
        self._invocations: OrderedDict[str, str] = OrderedDict()

    def read(self, lines: Iterable[LogLine]) -> Iterator[Report]:
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


def is_report(line: str) -> bool:
    return any(mark in line for mark in MARKS)


def parse(line: str) -> Report:
    """ValueError if the line is cut off or its figures are none."""
    try:
        return _json_report(line) if '"platform.' in line else _text_report(line)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a report: {error}") from error


def _text_report(line: str) -> Report:
    line = line[line.index("REPORT ") :]
    figures, words = dict(_TEXT_FIGURES.findall(line)), dict(_TEXT_WORDS.findall(line))
    request_id = _TEXT_ID.search(line)
    report = Report(
        request_id=request_id[1] if request_id else "",
        init_only=not request_id,
        duration_ms=_figure(figures.get("Duration")),
        billed_duration_ms=_figure(figures.get("Billed Duration")),
        init_duration_ms=_figure(figures.get("Init Duration")),
        restore_duration_ms=_figure(figures.get("Restore Duration")),
        billed_restore_duration_ms=_figure(figures.get("Billed Restore Duration")),
        memory_mb=_whole(figures.get("Memory Size")),
        max_memory_used_mb=_whole(figures.get("Max Memory Used")),
        status=_status(words.get("Status", "")),
        error_type=words.get("Error Type", ""),
    )
    return _complete(report)


def _json_report(line: str) -> Report:
    event, _ = json.JSONDecoder().raw_decode(line, line.index("{"))
    record, metrics = event["record"], event["record"].get("metrics") or {}
    report = Report(
        request_id=_word(record.get("requestId"), 64),
        init_only=event["type"] == "platform.initReport",
        reported_at=datetime.fromisoformat(event["time"]).astimezone(UTC),
        status=_status(_word(record.get("status"), 32)),
        error_type=_word(record.get("errorType"), 200),
        **_json_figures(metrics, init_only=event["type"] == "platform.initReport"),
    )
    return _complete(report)


def _json_figures(metrics: dict[str, Any], *, init_only: bool) -> dict[str, Any]:
    """An init's report calls its own time `durationMs`."""
    init = metrics.get("durationMs" if init_only else "initDurationMs")
    return {
        "duration_ms": None if init_only else _figure(metrics["durationMs"]),
        "billed_duration_ms": _figure(metrics.get("billedDurationMs")),
        "init_duration_ms": _figure(init),
        "restore_duration_ms": _figure(metrics.get("restoreDurationMs")),
        "billed_restore_duration_ms": _figure(metrics.get("billedRestoreDurationMs")),
        "memory_mb": _whole(metrics.get("memorySizeMB")),
        "max_memory_used_mb": _whole(metrics.get("maxMemoryUsedMB")),
    }


def _complete(report: Report) -> Report:
    needed = report.init_duration_ms if report.init_only else report.duration_ms
    if needed is None:
        raise ValueError("the report was cut off")
    return report


def _figure(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"not a number: {value!r}")
    number = float(value)
    if not 0 <= number < FIGURE_MAX:
        raise ValueError(f"out of bounds: {number}")
    return number


def _whole(value: object) -> int | None:
    number = _figure(value)
    return None if number is None else int(number)


def _word(value: object, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else ""


def _status(word: str) -> str:
    return "" if word == "success" else word[:32]


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


def _time(line: str) -> datetime | None:
    """As `zappa tail` (milliseconds) and `aws logs tail` (ISO 8601) put it before a line."""
    time = _TIME.match(re.sub(r"\x1b\[[0-9;]*m", "", line[:200]))
    if not time:
        return None
    if time[1]:
        return datetime.fromtimestamp(int(time[1]) / 1_000, UTC)
    return datetime.fromisoformat(time[2]).astimezone(UTC)
