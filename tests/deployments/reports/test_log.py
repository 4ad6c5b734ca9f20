"""Lambda's log: REPORT lines as AWS publishes them, with all that may stand between."""

from datetime import UTC, datetime

import pytest

from deployments.reports.log import LogReader

REQUEST = "8f5f0b4d-2f3c-4f2a-9c7b-0a6d7d1f2e3a"
OTHER = "11111111-2222-3333-4444-555555555555"

WARM = (
    f"REPORT RequestId: {REQUEST}\tDuration: 79.67 ms\tBilled Duration: 80 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 73 MB\t"
)
COLD = WARM + "Init Duration: 316.53 ms\t"
SNAPSTART = (
    f"REPORT RequestId: {REQUEST}\tDuration: 9.10 ms\tBilled Duration: 160 ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 99 MB\tRestore Duration: 174.83 ms\t"
    "Billed Restore Duration: 150 ms\t"
)
TIMEOUT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 40 MB\tStatus: timeout"
)
CRASHED = WARM + "\tStatus: error\tError Type: Runtime.ExitError"
# Of the Runtime Interface Emulator, which puts the init first.
EMULATOR = (
    f"REPORT RequestId: {REQUEST}\tInit Duration: 0.06 ms\tDuration: 512.34 ms\t"
    "Billed Duration: 513 ms\tMemory Size: 512 MB\tMax Memory Used: 512 MB\t"
)
INIT_TIMEOUT = "INIT_REPORT Init Duration: 9999.59 ms\tPhase: init\tStatus: timeout"
JSON = (
    '{"time":"2026-03-13T18:56:24.046Z","type":"platform.report","record":{"requestId":"'
    + REQUEST
    + '","metrics":{"durationMs":77.31,"billedDurationMs":300,"memorySizeMB":128,'
    '"maxMemoryUsedMB":74,"initDurationMs":221.68},"status":"success"}}'
)
JSON_INIT = (
    '{"time":"2026-03-13T18:56:20.000Z","type":"platform.initReport","record":'
    '{"initializationType":"on-demand","phase":"init","status":"error",'
    '"errorType":"Runtime.ImportModuleError","metrics":{"durationMs":125.33}}}'
)


def read(*lines, at=None):
    return list(LogReader().read((at, line) for line in lines))


def one(line):
    return read(line)[0]


def test_a_warm_call():
    report = one(WARM)
    assert (report.request_id, report.duration_ms, report.billed_duration_ms) == (
        REQUEST,
        79.67,
        80,
    )
    assert (report.memory_mb, report.max_memory_used_mb) == (128, 73)
    assert report.init_duration_ms is None and report.status == ""


def test_a_cold_start():
    assert one(COLD).init_duration_ms == 316.53


def test_tabs_that_became_spaces():
    assert one(COLD.replace("\t", "  ")) == one(COLD)


def test_a_snapstart_restore():
    report = one(SNAPSTART)
    assert (report.duration_ms, report.billed_duration_ms) == (9.10, 160)
    assert (report.restore_duration_ms, report.billed_restore_duration_ms) == (174.83, 150)


def test_a_timeout():
    assert one(TIMEOUT).status == "timeout"


def test_a_timeout_that_the_next_line_tells():
    told = f"2026-03-13T18:56:24.046Z {REQUEST} Task timed out after 3.00 seconds"
    assert [report.status for report in read(WARM, told)] == ["timeout"]
    assert one(WARM).line_key == read(WARM, told)[0].line_key


def test_a_crash():
    assert (one(CRASHED).status, one(CRASHED).error_type) == ("error", "Runtime.ExitError")


def test_an_init_that_took_too_long():
    report = one(INIT_TIMEOUT)
    assert report.init_only
    assert (report.init_duration_ms, report.duration_ms) == (9999.59, None)


def test_the_emulators_line():
    report = one(EMULATOR)
    assert (report.init_duration_ms, report.duration_ms) == (0.06, 512.34)


def test_json():
    report = one(JSON)
    assert (report.duration_ms, report.billed_duration_ms) == (77.31, 300)
    assert (report.init_duration_ms, report.status) == (221.68, "")
    assert report.reported_at == datetime(2026, 3, 13, 18, 56, 24, 46_000, UTC)


def test_a_json_init_error():
    report = one(JSON_INIT)
    assert report.init_only and report.duration_ms is None
    assert (report.init_duration_ms, report.error_type) == (125.33, "Runtime.ImportModuleError")


@pytest.mark.parametrize(
    "prefix",
    [
        "[1773428184046] ",
        "\x1b[36m[\x1b[0m\x1b[1m1773428184046\x1b[0m\x1b[36m]\x1b[0m ",
        "2026-03-13T18:56:24.046000+00:00 2026/03/13/[$LATEST]ab ",
    ],
    ids=["zappa tail", "in colour", "aws logs tail"],
)
@pytest.mark.parametrize("line", [WARM, JSON])
def test_times_before_a_line(prefix, line):
    assert one(prefix + line).reported_at == datetime(2026, 3, 13, 18, 56, 24, 46_000, UTC)
    assert one(prefix + line).line_key == one(line).line_key


def test_cloudwatchs_time_is_taken():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert read(JSON, at=at)[0].reported_at == at


def test_garbage_is_skipped_and_counted():
    reader = LogReader()
    garbage = ["", "\x00\xff", "{", "START RequestId: x", "REPORT", "x" * 100_000, WARM]
    assert len(list(reader.read((None, line) for line in garbage))) == 1
    assert (reader.reports, reader.other, reader.unreadable) == (1, 6, 0)


@pytest.mark.parametrize(
    "line",
    [
        WARM[:50],
        WARM.replace("79.67", "7.9.6"),
        WARM.replace("79.67", "9" * 30),
        JSON[:-10],
        JSON.replace("77.31", "NaN"),
        JSON.replace("77.31", "-1"),
        JSON.replace("77.31", "true"),
        JSON.replace('"2026-03-13T18:56:24.046Z"', '"yesterday"'),
        JSON.replace("128", '"much"'),
        '{"type":"platform.report","record":[]}',
    ],
)
def test_broken_reports_are_counted_apart(line):
    reader = LogReader()
    assert list(reader.read([(None, line)])) == []
    assert (reader.other, reader.unreadable) == (0, 1)


@pytest.mark.parametrize(
    ("line", "invocation"),
    [
        (f'{{"method":"POST","path":"/track","request_id":"{REQUEST}"}}', "request"),
        (f'{{"level":"INFO","event":"keep_warm","request_id":"{REQUEST}"}}', "keep_warm"),
        (f'{{"level":"INFO","event":"scheduled","request_id":"{REQUEST}"}}', "scheduled"),
        (f"[DEBUG]\t2026-03-13T18:56:24Z\t{REQUEST}\tZappa Event: {{'detail-type': "
         "'Scheduled Event', 'resources': ['x-handler.keep_warm_callback']}", "keep_warm"),
        (f"START RequestId: {REQUEST} Version: $LATEST", "unknown"),
        (f'{{"method":"POST","path":"/track","request_id":"{OTHER}"}}', "unknown"),
    ],
)  # fmt: skip
def test_other_lines_tell_who_called(line, invocation):
    assert read(line, WARM)[0].invocation == invocation


def test_a_retry_is_another_report_and_a_copy_is_not():
    retry = WARM.replace("79.67", "81.02")
    assert one(WARM).line_key == one(" " + WARM).line_key != one(retry).line_key
