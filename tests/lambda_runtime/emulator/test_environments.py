"""Execution environments: made on demand, one request at a time, gone when idle or killed."""

import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local_lambda.environment import runs
from tests.lambda_runtime.emulator.running import running

FUNCTION = """
import json, os, time

def groups():
    return open("/proc/self/cgroup").read()

in_init = groups()

def handler(event, context):
    do = event.get("rawQueryString") or next(iter(event.get("queryStringParameters") or {}), "")
    if do == "sleep":
        time.sleep(0.5)
    if do == "fail":
        raise ValueError("on purpose")
    if do == "hang":
        time.sleep(60)
    if do == "write":
        open("file", "w")
    if do == "groups":
        return {"statusCode": 200, "body": json.dumps([in_init, groups()])}
    if do == "burn":
        started = time.process_time()
        until = time.monotonic() + 1
        while time.monotonic() < until:
            pass
        return {"statusCode": 200, "body": str(time.process_time() - started)}
    return {"statusCode": 200, "body": str(os.getpid())}
"""


@pytest.fixture(scope="module")
def function_zip(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("function") / "function.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("function.py", FUNCTION)
    return path


@pytest.fixture
def start(function_zip):
    def start(**options):
        return running(function_zip, "", handler="function.handler", **options)

    return start


def test_one_environment_answers_one_request_after_another(start):
    with start() as function:
        assert len({function.get("/").text for _ in range(3)}) == 1
        assert function.environments == 1


def test_an_environment_handles_one_request_at_a_time(start):
    with start(environments=3) as function, ThreadPoolExecutor(3) as threads:
        answers = threads.map(lambda _: function.get("/?sleep").text, range(3))
        assert len(set(answers)) == 3
        assert function.environments == 3


@pytest.mark.parametrize(("api", "status"), [("v1", 429), ("v2", 503), ("url", 429)])
def test_past_the_number_of_environments_requests_are_throttled(start, api, status):
    with start(api=api, environments=1) as function, ThreadPoolExecutor(2) as threads:
        statuses = threads.map(lambda _: function.get("/?sleep").status_code, range(2))
        assert sorted(statuses) == [200, status]


def test_a_request_waits_for_an_environment_where_it_may(start):
    with start(environments=1, wait_seconds=10) as function, ThreadPoolExecutor(2) as threads:
        answers = threads.map(lambda _: function.get("/?sleep").text, range(2))
        assert len(set(answers)) == 1


def test_idle_environments_go(start):
    with start(idle_seconds=0.3) as function:
        function.get("/")
        deadline = time.monotonic() + 5
        while function.environments and time.monotonic() < deadline:
            time.sleep(0.05)
        assert function.environments == 0
        assert function.get("/").status_code == 200


@pytest.mark.parametrize(("api", "status"), [("v1", 502), ("v2", 500), ("url", 502)])
def test_an_exception_is_an_error_of_the_gateway(start, api, status):
    with start(api=api) as function:
        assert function.get("/?fail").status_code == status


def test_a_function_that_takes_too_long_is_stopped(start):
    with start(timeout_seconds=1) as function:
        assert function.get("/?hang").status_code == 500
        assert function.get("/").status_code == 200


def test_a_killed_environment_fails_its_request_and_no_other(start):
    with start() as function, ThreadPoolExecutor(1) as threads:
        interrupted = threads.submit(function.get, "/?hang")
        while not function.local_lambda.kill_one():
            time.sleep(0.05)
        assert interrupted.result().status_code == 500
        assert function.get("/").status_code == 200


def test_the_task_folder_is_read_only(start):
    with start() as function:
        assert function.get("/?write").status_code == 500
        assert "Read-only" in function.wait_for_line("[ERROR]") or "Permission" in (
            function.wait_for_line("[ERROR]")
        )


@pytest.fixture
def limited(start):
    """Of 512 MB: 0.29 of a core. Control groups are root's, and not every container has them."""
    with start(memory_mb=512) as function:
        if not function.local_lambda.cpu_limit.possible:
            pytest.skip(function.local_lambda.cpu_limit.reason)
        yield function


def test_the_processor_is_limited_in_proportion_to_memory(limited):
    assert float(limited.get("/?burn").text) < 0.36
    [environment] = limited.local_lambda.pool.environments()
    quota, period = microseconds(environment.group)
    assert quota / period == pytest.approx(512 / 1769, abs=1e-4)


def microseconds(group):
    one_file = group / "cpu.max"
    if one_file.exists():
        return map(int, one_file.read_text().split())
    return (int((group / f"cpu.cfs_{name}_us").read_text()) for name in ("quota", "period"))


def test_init_has_the_whole_processor(limited):
    in_init, after = limited.get("/?groups").json()
    [environment] = limited.local_lambda.pool.environments()
    assert environment.group.name not in in_init
    assert environment.group.name in after


def test_stop_ends_every_process_and_removes_the_task(start):
    with start() as function:
        pid = int(function.get("/").text)
        folder = function.local_lambda.task.folder
        assert runs(pid)
    assert not runs(pid)
    assert not folder.exists()
