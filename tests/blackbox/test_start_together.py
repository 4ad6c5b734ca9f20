"""Several services that start at once on one database."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests import database

ROOT = Path(__file__).resolve().parents[2]
# Of the tables as 1.0.0 left them.
OLDER = ("tracking", "0004")


def manage(url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *arguments]
    environment = {"DATABASE_URL": url, "ADMIN_PASSWORD": "correct horse battery"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("older", [(), OLDER], ids=["empty", "older"])
def test_several_that_start_at_once_migrate_in_turn(tmp_path, older):
    file = nullcontext(f"sqlite:///{tmp_path}/db.sqlite3")
    with database.new_database() if database.POSTGRESQL else file as url:
        if older:
            assert manage(url, "migrate", *older).returncode == 0
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(lambda _: manage(url, "prepare"), range(3)))
        assert [each.returncode for each in done] == [0, 0, 0], [each.stderr for each in done]
        made = [each for each in done if "Administrator: admin" in each.stdout]
        assert len(made) == 1
        assert manage(url, "migrate", "--check").returncode == 0
