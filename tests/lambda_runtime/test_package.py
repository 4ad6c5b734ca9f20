"""The zip: small, and without anything that doesn't run on Lambda."""

import zipfile
from fnmatch import fnmatch
from pathlib import PurePath

import pytest

from deploy import package as deploy_package
from tests.lambda_runtime import package


@pytest.fixture(scope="module")
def names(task) -> list[str]:
    return zipfile.ZipFile(package.ZIP).namelist()


def test_it_is_at_most_15_mb(task):
    assert package.ZIP.stat().st_size <= 15_000_000


def test_a_package_that_is_too_large_names_its_largest_parts(task, monkeypatch):
    monkeypatch.setattr(deploy_package, "MAX_BYTES", 1_000_000)
    with pytest.raises(SystemExit, match=r"(?s)largest parts:\n.* MB  django\n"):
        deploy_package.check_size(package.ZIP)


@pytest.mark.parametrize(
    "pattern",
    [
        ".env*",
        "*/.env*",
        "*.sqlite3*",
        "tests/*",
        "deploy/*",
        "docs/*",
        "build/*",
        "zappa_settings.json",
        "boto*",
        "pip/*",
        "setuptools/*",
        "troposphere/*",
        "granian/*",
        "pytest/*",
        "mypy/*",
        "django/conf/locale/de/*",
        "django/conf/locale/en_GB/*",
        "django/contrib/*/locale/*",
        "django/test/*",
        "django_prometheus/*",
        "axes/locale/*",
        "*.po",
        "package*.json",
        "django/contrib/gis/*",
    ],
)
def test_what_does_not_run_on_lambda_stays_out(names, pattern):
    assert not [name for name in names if fnmatch(name, pattern)]


def test_every_source_has_its_bytecode(names):
    sources = [PurePath(name) for name in names if name.endswith(".py")]
    wanted = {f"{path.parent}/__pycache__/{path.stem}.cpython-313.pyc" for path in sources}
    wanted = {name.removeprefix("./") for name in wanted}
    assert len(wanted) > 500
    assert wanted <= set(names)


def test_variables_of_whoever_packs_are_not_in_it(task, names):
    settings = (task / "zappa_settings.py").read_text()
    assert "SECRET_KEY" not in settings
    assert "DATABASE_URL" not in settings
