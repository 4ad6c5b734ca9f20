"""The zip for Lambda: `prepare` comes before Zappa packs, and `finish` after.

Zappa packs the virtual environment it runs in, development tools and all, and dates every file
1980, which makes ordinary bytecode stale. So it's given a clean environment, with wheels for the
stage's runtime and processor, and bytecode of that runtime that asks for no date.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from deploy.target import BUILD, Target

ROOT = Path(__file__).resolve().parent.parent
TASK = BUILD / "task"
DEPLOYED = BUILD / "deployed"
MAX_BYTES = 15_000_000

# Lambda has boto3 already and no server to run or to measure, and needs of Zappa only its handler.
NOT_ON_LAMBDA = ("boto3", "django-prometheus", "granian", "zappa")
OF_ZAPPAS_HANDLER = ("Werkzeug", "durationpy")


def prepare(target: Target) -> None:
    """Makes the environment and the static files that Zappa packs."""
    _install_environment(target)
    _collect_static()


def finish(cli: Any) -> None:
    """Completes and checks the zip that Zappa made; its content stays unpacked in build/."""
    zip_path = Path(cli.zip_path)
    task = TASK if cli.command == "package" else DEPLOYED
    shutil.rmtree(task, ignore_errors=True)
    with zipfile.ZipFile(zip_path, "a", zipfile.ZIP_DEFLATED) as package:
        package.extractall(task)
        for bytecode in _compile(Target.of(cli), task):
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


def _install_environment(target: Target) -> None:
    """Wheels for the target, in the versions that are installed here."""
    requirements, constraints = _requirements(), _constraints()
    stamp = target.environment / "inputs"
    inputs = hashlib.sha256(f"{sys.version}{target}{requirements}{constraints}".encode())
    if stamp.exists() and stamp.read_text() == inputs.hexdigest():
        return
    shutil.rmtree(target.environment, ignore_errors=True)
    target.site_packages.mkdir(parents=True)
    (BUILD / "constraints.txt").write_text("\n".join(constraints))
    install(target, *requirements, "--constraint", str(BUILD / "constraints.txt"))
    # Zappa's dependencies are for deploying.
    install(target, "--no-deps", *(line for line in constraints if line.startswith("zappa==")))
    _compile(target, target.site_packages)
    stamp.write_text(inputs.hexdigest())


def _requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text().split()
    kept = [line for line in lines if line.partition("==")[0] not in NOT_ON_LAMBDA]
    return [*kept, *OF_ZAPPAS_HANDLER]


def _constraints() -> list[str]:
    return sorted(f"{package.name}=={package.version}" for package in distributions())


def install(target: Target, *arguments: str) -> None:
    """This environment's pip, run by the target's Python, which decides what a package needs."""
    folder = ("--target", str(target.site_packages), "--upgrade", "--no-compile")
    wheels = ("--only-binary", ":all:", *(f"--platform={name}" for name in target.platforms))
    quiet = ("--quiet", "--disable-pip-version-check", "--root-user-action", "ignore")
    pip = [sys.executable, "-m", "pip", "--python", target.python(), "install", *quiet]
    if subprocess.run([*pip, *folder, *wheels, *arguments], cwd=ROOT).returncode:
        raise SystemExit(f"Not every wheel is there for {target.runtime} on {target.architecture}.")


def _collect_static() -> None:
    """Needs no secret and no database, so it is run without the stage's variables."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear"]
    subprocess.run([*command, "--verbosity", "0"], cwd=ROOT, env=kept, check=True)


def _compile(target: Target, root: Path) -> list[Path]:
    """The bytecode of sources that have none, taken as it is: no source's date is looked at."""
    sources = [path for path in root.rglob("*.py") if not _bytecode(target, path).exists()]
    mode = ("--invalidation-mode", "unchecked-hash")
    # Tracebacks on Lambda name the files where they lie there.
    paths = ("-s", str(root), "-p", "/var/task", "-i", "-")
    command = [target.python(), "-m", "compileall", "-q", "-f", "-j", "0", *mode, *paths]
    subprocess.run(command, cwd=ROOT, input="\n".join(map(str, sources)), text=True, check=True)
    return [_bytecode(target, source) for source in sources]


def _bytecode(target: Target, source: Path) -> Path:
    tag = f"cpython-{target.version.replace('.', '')}"
    return source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
