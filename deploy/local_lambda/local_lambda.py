"""A function on AWS's runtime on this machine, and the API Gateway before it."""

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from deploy.local_lambda.cpu import CpuLimit
from deploy.local_lambda.environment import Function
from deploy.local_lambda.gateway import Gateway
from deploy.local_lambda.pool import Pool
from deploy.local_lambda.task import Task

HANDLER = "mlops.lambda_handler.handler"


class LocalLambda:
    """A context manager, or `start` and `stop`. `variables` are Lambda's environment variables."""

    def __init__(
        self,
        zip_path: Path,
        variables: dict[str, str],
        *,
        handler: str = HANDLER,
        port: int = 0,
        api: str = "v2",
        stage: str = "production",
        custom_domain: bool = False,
        environments: int = 8,
        idle_seconds: float = 300,
        wait_seconds: float = 0,
        memory_mb: int = 512,
        timeout_seconds: int = 30,
        print_line: Callable[[str], None] = print,
    ) -> None:
        self.cpu_limit = CpuLimit(memory_mb)
        self.task = Task(zip_path)
        function = Function(
            task=self.task,
            handler=handler,
            variables=variables,
            memory_mb=memory_mb,
            timeout_seconds=timeout_seconds,
            cpu_limit=self.cpu_limit,
            print_line=print_line,
        )
        self.pool = Pool(
            function, size=environments, idle_seconds=idle_seconds, wait_seconds=wait_seconds
        )
        self.gateway = Gateway(port, self.pool, api=api, stage=stage, custom_domain=custom_domain)
        self._thread = threading.Thread(target=self.gateway.serve_forever, daemon=True)
        self._stopped = threading.Event()

    @property
    def base_url(self) -> str:
        """With the stage, as MLOPS_SERVICE_URL wants it."""
        return f"http://localhost:{self.gateway.server_port}{self.gateway.prefix}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends every process and removes the task folder."""
        self._stopped.set()
        self.gateway.shutdown()
        self.gateway.server_close()
        self.pool.stop()
        self.task.remove()

    def invoke(self, event: dict[str, Any]) -> Any:
        """What the function returns for an event that no gateway made: keep-warm, a schedule."""
        return self.pool.invoke(event)

    def end_idle(self) -> None:
        """Ends the idle execution environments, so that the next event finds a cold one."""
        self.pool.end_idle()

    def kill_one(self) -> bool:
        """Kills one execution environment, busy or idle; False if there is none."""
        return self.pool.kill_one()

    def kill_randomly(self, every_seconds: float) -> None:
        """Kills one now and then, until it is stopped."""
        threading.Thread(target=self._kill_randomly, args=(every_seconds,), daemon=True).start()

    def _kill_randomly(self, every_seconds: float) -> None:
        while not self._stopped.wait(random.expovariate(1 / every_seconds)):
            self.kill_one()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()
