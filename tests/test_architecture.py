"""The house's rules: which package may import which, and what the ingest path leaves alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Each may import what stands after it; mlops is the top that nothing imports.
ORDER = ["mlops", "dashboard", "deployments", "tracking"]
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "services.py", "common.py"}


def sources(package: str) -> Iterator[Path]:
    return (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("package", ORDER)
def test_imports_go_one_way(package):
    above = {"tests", *ORDER[: ORDER.index(package)]}
    if package != "mlops":
        above.add("mlops")
    for path in sources(package):
        assert not imports(path) & above, path


@pytest.mark.parametrize("path", [*sources("tracking")], ids=lambda path: path.stem)
def test_a_module_that_says_so_knows_no_django(path):
    if "Knows no Django" in path.read_text():
        at_the_top = ast.parse(path.read_text()).body
        named = {node.module or "" for node in at_the_top if isinstance(node, ast.ImportFrom)}
        assert not [module for module in named if module.startswith("django")]


def test_no_module_is_a_drawer():
    assert not [
        path for package in ORDER for path in sources(package) if path.name in FORBIDDEN_NAMES
    ]
