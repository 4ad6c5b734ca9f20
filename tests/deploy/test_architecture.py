"""A stage's processor decides which libraries are packed."""

import platform
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest

from deploy import package
from deploy.local_lambda.task import Task
from deploy.target import PROCESSORS, Target
from tests.lambda_runtime.package import lambdas_python

ELF_MACHINES = {62: "x86_64", 183: "arm64"}
HERE, OTHER = ("x86_64", "arm64") if platform.machine() == "x86_64" else ("arm64", "x86_64")


def processors(folder: Path) -> set[str]:
    """Of the libraries in it, as their headers tell."""
    headers = [path.read_bytes()[:20] for path in folder.rglob("*.so*")]
    return {ELF_MACHINES[int.from_bytes(header[18:20], "little")] for header in headers}


@pytest.mark.slow
@pytest.mark.parametrize("architecture", [HERE, OTHER])
def test_the_libraries_are_for_the_stages_processor(architecture):
    lambdas_python()
    target = Target("python3.13", architecture)
    package.prepare(target)
    assert processors(target.site_packages) == {architecture}
    assert Target.packed(target.site_packages) == target


def test_a_processor_that_lambda_has_not_is_refused():
    with pytest.raises(SystemExit, match="must be x86_64 or arm64, not riscv64"):
        Target("python3.13", "riscv64").check(date(2026, 11, 24))


def zip_with_library(folder: Path, architecture: str) -> Path:
    path = folder / "function.zip"
    with zipfile.ZipFile(path, "w") as package:
        processor = PROCESSORS[architecture]
        package.writestr(f"library.cpython-313-{processor}-linux-gnu.so", b"")
    return path


def test_a_package_for_another_processor_is_not_run_here(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Task(zip_with_library(tmp_path, HERE)).remove()
    with pytest.raises(SystemExit, match=f"The package is for {OTHER}; this machine is {HERE}"):
        Task(zip_with_library(tmp_path, OTHER))
    assert [path.name for path in tmp_path.iterdir()] == ["function.zip"]


def test_what_has_no_wheel_is_refused(tmp_path, monkeypatch):
    """psycopg2-binary's arm64 wheels need a newer glibc than python3.11 has on Lambda."""
    target = Target("python3.11", "arm64")
    monkeypatch.setattr("deploy.target.BUILD", tmp_path)
    with pytest.raises(SystemExit, match=r"Not every wheel is there for python3\.11 on arm64"):
        package.install(target, "psycopg2-binary==2.9.13")
