"""The guide's commands for AWS and for manage.py, run in their order on an empty account."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.queue import ACTIONS
from tests.aws import empty_account
from tests.test_docs import FENCE

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs/queue.md"
BEFORE = """
python manage.py migrate --verbosity 0
aws iam create-role --role-name mlops-tracking --assume-role-policy-document '{}'
"""
# Run by tests/deploy, or needs a Docker engine.
ELSEWHERE = ("make", "docker")


def script() -> str:
    lines = [line for block in FENCE.findall(GUIDE.read_text()) for line in block.splitlines()]
    ours = [line for line in lines if not line.startswith(ELSEWHERE)]
    return "\n".join(ours).replace(".venv/bin/python", sys.executable)


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> str:
    database = tmp_path_factory.mktemp("guide") / "db.sqlite3"
    with empty_account() as variables:
        environment = {
            **os.environ,
            **variables,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            # One of those where AWS's command line has no endpoint of its own for SQS.
            "AWS_DEFAULT_REGION": "mx-central-1",
            "DJANGO_SETTINGS_MODULE": "mlops.settings",
            "DATABASE_URL": f"sqlite:///{database}",
        }
        done = subprocess.run(
            ["bash", "-euc", BEFORE + script()],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_works(printed):
    assert "0 messages stored, 0 left as they were" in printed
    assert "0 messages in mlops-tracking-ingest-dead" in printed
    assert "0 messages put back into mlops-tracking-ingest" in printed


def test_the_doctor_has_nothing_against_that_queue(printed):
    assert "queue" not in printed.partition("points examined")[0].partition("Taking records")[2]


def test_the_policy_is_for_these_queues_alone():
    [statement] = json.loads((ROOT / "deploy/queue_policy.json").read_text())["Statement"]
    assert set(statement["Action"]) == set(ACTIONS)
    names = {arn.rpartition(":")[2] for arn in statement["Resource"]}
    assert names == {"mlops-tracking-ingest", "mlops-tracking-ingest-dead"}
