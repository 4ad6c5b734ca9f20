"""One execution environment: an emulator with the function's process in it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local_lambda import cpu, downloads
from deploy.local_lambda.cpu import CpuLimit
from deploy.local_lambda.task import Task

# runtime.py reads it: the file through which a process joins its control group.
JOIN = "LOCAL_LAMBDA_CPU_LIMIT"
INVOKE = "/2015-03-31/functions/function/invocations"
START_SECONDS = 10
GRACE_SECONDS = 5


class FunctionError(Exception):
    """The function gave no answer: it raised, timed out, or its environment ended."""


@dataclass(frozen=True)
class Function:
    """What all execution environments of a function have in common."""

    task: Task
    handler: str
    variables: dict[str, str]
    memory_mb: int
    timeout_seconds: int
    cpu_limit: CpuLimit
    print_line: Callable[[str], None]


class Environment:
    """Handles one event at a time; made when it's needed, as Lambda does."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.group = function.cpu_limit.new_group()
        self.port = _free_port()
        self.idle_since = time.monotonic()
        self.process = self._start()
        self._printer = threading.Thread(target=self._print_lines, daemon=True)
        self._printer.start()
        self._wait_until_it_listens()

    def invoke(self, event: dict[str, Any]) -> Any:
        """What the function returned; raises FunctionError."""
        timeout = self.function.timeout_seconds + GRACE_SECONDS
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("POST", INVOKE, json.dumps(event))
            return _returned(connection.getresponse().read())
        except (OSError, http.client.HTTPException) as error:
            raise FunctionError(f"The execution environment ended: {error!r}") from error
        finally:
            connection.close()
            self.idle_since = time.monotonic()

    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """At once, in the middle of whatever it does."""
        processes = [*_children(self.process.pid), self.process.pid]
        for pid in processes:
            _kill(pid)
        self.process.wait()
        _wait_until_gone(processes)
        self._printer.join(GRACE_SECONDS)
        cpu.remove(self.group)

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.function.task.read_only(self._command()),
            cwd=self.function.task.folder,
            env=self._variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C is for the gateway, which then ends its environments.
            start_new_session=True,
        )

    def _command(self) -> list[str]:
        # The interpreter itself, without a virtual environment: only the zip's packages.
        python = [self.function.task.python, "-S", "-P"]
        runtime = str(Path(__file__).with_name("runtime.py"))
        return [
            str(downloads.emulator()),
            "--log-level=error",
            f"--runtime-interface-emulator-address=127.0.0.1:{self.port}",
            f"--runtime-api-address=127.0.0.1:{_free_port()}",
            *python,
            runtime,
            self.function.handler,
        ]

    def _variables(self) -> dict[str, str]:
        """Those that Lambda sets, and the function's own."""
        folder, target = str(self.function.task.folder), self.function.task.target
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONPATH": f"{folder}:{downloads.runtime(target)}",
            "LAMBDA_TASK_ROOT": folder,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{target.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": "local-lambda",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory_mb),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self.function.timeout_seconds),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            **({JOIN: str(self.group / "cgroup.procs")} if self.group else {}),
            **self.function.variables,
        }

    def _print_lines(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                if line.strip():
                    self.function.print_line(line.rstrip("\n"))

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.alive() and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.005)
        self.kill()
        raise FunctionError(f"The emulator did not start: exit code {self.process.returncode}.")


def _returned(body: bytes) -> Any:
    try:
        result = json.loads(body)
    except ValueError:
        # The emulator says in plain words that the function timed out.
        raise FunctionError(body.decode(errors="replace")) from None
    if isinstance(result, dict) and "errorMessage" in result and "statusCode" not in result:
        raise FunctionError(f"{result.get('errorType')}: {result['errorMessage']}")
    return result


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _children(pid: int) -> list[int]:
    """All descendants, which the emulator puts into process groups of their own."""
    direct: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        direct += [int(child) for child in children.read_text().split()]
    return [*(grandchild for child in direct for grandchild in _children(child)), *direct]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.005)


def runs(pid: int) -> bool:
    """False too for a process that has ended and waits for its parent to notice."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"
