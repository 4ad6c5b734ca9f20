import sys
from pathlib import Path
from typing import NamedTuple

ERROR, WARNING, NOTE = "error", "warning", "note"


class Finding(NamedTuple):
    """`level` is ERROR (it won't work or isn't safe), WARNING (it will bite) or NOTE (a price)."""

    level: str
    text: str
    advice: str


def manage(command: str) -> str:
    """A management command as it works here, from the project's folder."""
    python = Path(sys.executable)
    here = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    return f"{here} manage.py {command}"
