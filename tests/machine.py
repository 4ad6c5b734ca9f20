"""A machine as a stranger has it: no pyenv on PATH, and no virtual environment that is active."""

import os


def bare_environment() -> dict[str, str]:
    """What else is set stays: a proxy, a package index."""
    ours = ("VIRTUAL_ENV", "PYENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PATH": "/usr/bin:/bin"}
