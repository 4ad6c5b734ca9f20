"""The zip for Lambda: Zappa calls `prepare` before it packs, and `finish` after.

Zappa packs the virtual environment it runs in, development tools and all, and dates every file
1980, which makes ordinary bytecode stale. So it's given a clean environment, and bytecode that
asks for no date.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
ENVIRONMENT = BUILD / "lambda-environment"
SITE_PACKAGES = ENVIRONMENT / f"lib/python3.{sys.version_info.minor}/site-packages"
TASK = BUILD / "task"
DEPLOYED = BUILD / "deployed"
MAX_BYTES = 15_000_000

# Lambda has no server to run, has botocore, and needs of Zappa only its handler.
NOT_ON_LAMBDA = ("botocore", "granian", "zappa")
OF_ZAPPAS_HANDLER = ("Werkzeug", "durationpy")


def prepare() -> None:
    """Makes the environment and the static files that Zappa packs."""
    _install_environment()
    _collect_static()
    os.environ["VIRTUAL_ENV"] = str(ENVIRONMENT)


def finish(cli: Any) -> None:
    """Completes and checks the zip that Zappa made; its content stays unpacked in build/."""
    zip_path = Path(cli.zip_path)
    task = TASK if cli.command == "package" else DEPLOYED
    shutil.rmtree(task, ignore_errors=True)
    with zipfile.ZipFile(zip_path, "a", zipfile.ZIP_DEFLATED) as package:
        package.extractall(task)
        for bytecode in _compile(task, [path for path in task.rglob("*.py") if _is_bare(path)]):
            package.write(bytecode, bytecode.relative_to(task))
    check_size(zip_path)


def check_size(zip_path: Path) -> None:
    """Raises SystemExit with the largest parts if the zip is too large."""
    size = zip_path.stat().st_size
    print(f"Package: {size / 1e6:.1f} MB of at most {MAX_BYTES / 1e6:.0f} MB")
    if size > MAX_BYTES:
        parts = "\n".join(f"{part / 1e6:8.2f} MB  {name}" for name, part in largest(zip_path))
        raise SystemExit(f"The package is too large. Its largest parts:\n{parts}")


def largest(zip_path: Path, number: int = 10) -> list[tuple[str, int]]:
    """(first part of the path, compressed bytes), the largest first."""
    sizes: dict[str, int] = {}
    with zipfile.ZipFile(zip_path) as package:
        for entry in package.infolist():
            name = entry.filename.partition("/")[0]
            sizes[name] = sizes.get(name, 0) + entry.compress_size
    return sorted(sizes.items(), key=lambda part: -part[1])[:number]


def _install_environment() -> None:
    """Wheels that run on every Lambda runtime, in the versions that are installed here."""
    requirements, constraints = _requirements(), _constraints()
    stamp = ENVIRONMENT / "inputs"
    inputs = hashlib.sha256(f"{sys.version}{requirements}{constraints}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == inputs:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    SITE_PACKAGES.mkdir(parents=True)
    (BUILD / "constraints.txt").write_text("\n".join(constraints))
    _pip(*requirements, "--constraint", str(BUILD / "constraints.txt"))
    # Zappa's dependencies are for deploying.
    _pip("--no-deps", *(line for line in constraints if line.startswith("zappa==")))
    _compile(SITE_PACKAGES, list(SITE_PACKAGES.rglob("*.py")))
    stamp.write_text(inputs)


def _requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text().split()
    kept = [line for line in lines if line.partition("==")[0] not in NOT_ON_LAMBDA]
    return [*kept, *OF_ZAPPAS_HANDLER]


def _constraints() -> list[str]:
    return sorted(f"{package.name}=={package.version}" for package in distributions())


def _pip(*arguments: str) -> None:
    target = ("--target", str(SITE_PACKAGES), "--upgrade", "--no-compile")
    # python3.11 runs on Amazon Linux 2, which has an older C library than many wheels ask for.
    platform = ("--platform", "manylinux2014_x86_64", "--only-binary", ":all:")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    _run("-m", "pip", "install", *quiet, *target, *platform, *arguments)


def _collect_static() -> None:
    """Needs no secret and no database, so it is run without the stage's variables."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    _run("manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0", env=kept)


def _is_bare(source: Path) -> bool:
    return not Path(cache_from_source(str(source))).exists()


def _compile(root: Path, sources: list[Path]) -> list[Path]:
    """Bytecode that is taken as it is: the source's date isn't looked at."""
    mode = ("--invalidation-mode", "unchecked-hash")
    # Tracebacks on Lambda name the files where they lie there.
    paths = ("-s", str(root), "-p", "/var/task", "-i", "-")
    listed = "\n".join(map(str, sources))
    _run("-m", "compileall", "-q", "-f", "-j", "0", *mode, *paths, stdin=listed)
    return [Path(cache_from_source(str(source))) for source in sources]


def _run(*arguments: str, env: dict[str, str] | None = None, stdin: str | None = None) -> None:
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=ROOT, env=env, input=stdin, text=True, check=True)
