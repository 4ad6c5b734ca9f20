"""The TypeScript client: its own tests on each Node.js, and the package that npm would publish."""

import json
from pathlib import Path

import pytest

from tests.clients.installed import CLIENTS, NEWER_NODES, PACKAGE, install, node_of, npm, run
from tests.database import new_database
from tests.tools import program

pytestmark = pytest.mark.slow

CLIENT = CLIENTS / "typescript"


@pytest.fixture(scope="module", autouse=True)
def installed() -> Path:
    return install()


def test_its_types_are_right():
    npm("run", "types", "--workspace", PACKAGE)


def vitest(node: str | Path) -> None:
    """Starts the service, too."""
    with new_database() as url:
        run(
            [str(node), str(CLIENTS / "node_modules/vitest/vitest.mjs"), "run"],
            CLIENT,
            DATABASE_URL=url,
        )


def test_it_works_with_the_real_service():
    vitest(program("node", package="nodejs"))


@pytest.mark.parametrize("wheel", NEWER_NODES)
def test_it_works_on_newer_versions_of_node(wheel):
    vitest(node_of(wheel))


@pytest.mark.parametrize("checker", ["publint --strict", "attw --pack . --profile esm-only"])
def test_the_package_is_well_formed(checker):
    npm("exec", "--offline", "--", *checker.split(), folder=CLIENT)


def test_the_package_holds_what_it_needs_alone():
    [packed] = json.loads(npm("pack", "--dry-run", "--json", folder=CLIENT))
    files = {file["path"] for file in packed["files"]}
    built = {f"dist/index.{suffix}" for suffix in ("js", "d.ts")}
    assert files == built | {"LICENSE", "README.md", "package.json"}
    assert "dependencies" not in json.loads((CLIENT / "package.json").read_text())
