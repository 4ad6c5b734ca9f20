"""Runs inside an execution environment, as `python -m awslambdaric` would.

Lambda gives the whole processor to init and limits what comes after, so the process joins its
control group when init is over: when it first asks for an invocation.
"""

import os
import sys
from typing import Any

from awslambdaric import bootstrap
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

JOIN = "LOCAL_LAMBDA_CPU_LIMIT"


class LimitedAfterInit(LambdaRuntimeClient):  # type: ignore[misc]
    """Joins the control group that the variable LOCAL_LAMBDA_CPU_LIMIT names, once."""

    def wait_next_invocation(self) -> Any:
        join = os.environ.pop(JOIN, "")
        if join:
            with open(join, "w", encoding="ascii") as processes:
                processes.write(str(os.getpid()))
        return super().wait_next_invocation()


if __name__ == "__main__":
    bootstrap.run(sys.argv[1], LimitedAfterInit(os.environ["AWS_LAMBDA_RUNTIME_API"]))
