"""The file .env as the guides make it, and as a shell loads it."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def made(folder: Path) -> dict[str, str]:
    """`make .env` in a folder that has what a clone has."""
    shutil.copy(ROOT / ".env.example", folder)
    make = ["make", "--silent", f"--makefile={ROOT / 'Makefile'}", ".env"]
    subprocess.run(make, cwd=folder, check=True, capture_output=True)
    return loaded(folder)


def loaded(folder: Path) -> dict[str, str]:
    script = "set -a; . ./.env; set +a; env -0"
    shell = ["env", "-i", "sh", "-c", script]
    done = subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=True)
    pairs = (line.partition("=") for line in done.stdout.split("\0") if line)
    return {name: value for name, _, value in pairs if name not in ("PWD", "_", "SHLVL")}
