"""The house's rules: which room may import which, and what the ingest path leaves alone."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Each may import what stands after it; mlops is the top that nothing imports.
APPS = ["mlops", "dashboard", "alerts", "deployments", "tracking"]
# What a room may import of its own app; a room is a folder or a module right below the app.
ROOMS = {
    "tracking": {
        "errors": "",
        "environment": "",
        "store": "errors",
        "wire": "errors store",
        "otlp": "errors store",
        "prometheus": "store",
        "queue": "errors store",
        "api": "environment errors otlp prometheus queue store wire",
        "querysets": "models store.periods store.record",
        "models": "querysets store.periods store.record",
        "views": "api errors store",
        "urls": "api views",
        "loading": "errors models querysets store wire",
        "upkeep": "models querysets store",
        "doctor": "environment errors models queue store.fold",
        "checks": "",
        "apps": "checks",
        "management": "doctor errors loading models querysets queue store upkeep",
    },
    "deployments": {
        "addresses": "",
        "formats": "",
        "costs": "formats",
        "statistics": "formats",
        "models": "addresses costs.prices querysets",
        "querysets": "models statistics.reported statistics.shares",
        "registry": "models",
        "reports": "costs formats models querysets registry statistics",
        "measuring": "addresses models querysets registry statistics",
        "apps": "",
        "demo": "models",
        "management": "addresses demo measuring models registry reports statistics",
    },
    "alerts": {
        "rules": "",
        "models": "rules",
        "readings": "models rules",
        "apps": "",
    },
    "dashboard": {
        "frame": "",
        "figures": "frame",
        "templatetags": "figures frame",
        "overview": "figures frame",
        "breakdown": "figures frame",
        "profile": "figures frame",
        "spend": "figures frame",
        "compare": "figures frame",
        "requests": "figures frame",
        "costs": "figures frame",
        "runs": "figures frame",
        "deployments": "figures frame runs",
        "urls": "breakdown compare costs deployments overview profile requests runs spend",
        "admin_urls": "",
        "admin": "",
        "apps": "",
        "management": "",
    },
}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "services.py", "common.py"}


def sources(package: str) -> Iterator[Path]:
    return (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def imported(path: Path) -> set[str]:
    """Modules by their dotted names; of `from a import b` both a and a.b, since b may be one."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("app", APPS)
def test_imports_go_one_way(app):
    above = {"tests", "mlops", *APPS[: APPS.index(app)]} - {app}
    for path in sources(app):
        assert not {name.partition(".")[0] for name in imported(path)} & above, path


@pytest.mark.parametrize("app", ROOMS)
def test_every_room_is_on_the_plan(app):
    rooms = {path.relative_to(ROOT / app).parts[0].removesuffix(".py") for path in sources(app)}
    assert rooms - {"__init__"} == set(ROOMS[app])


@pytest.mark.parametrize(("app", "room"), [(app, room) for app in ROOMS for room in ROOMS[app]])
def test_a_room_opens_onto_the_rooms_beside_it_alone(app, room):
    may = [f"{app}.{name}" for name in (room, *ROOMS[app][room].split())]
    for path in [*(ROOT / app).glob(f"{room}.py"), *sources(f"{app}/{room}")]:
        strangers = {
            name
            for name in imported(path)
            if name.startswith(f"{app}.")
            and not name.startswith((f"{app}.SERVICE", f"{app}.VERSION"))
            if not any(f"{name}.".startswith(f"{known}.") for known in may)
        }
        assert not strangers, path.relative_to(ROOT)


@pytest.mark.parametrize("page", ROOMS["dashboard"]["urls"].split())
def test_a_pages_templates_use_no_other_pages(page):
    may = {page, *ROOMS["dashboard"][page].split()}
    for path in (ROOT / "dashboard/templates/dashboard" / page).rglob("*.html"):
        used = re.findall(r'(?:include|extends) "dashboard/(\w+)/', path.read_text())
        assert set(used) <= may, path.name


WITHOUT_DJANGO = [
    path for app in APPS for path in sources(app) if "Knows no Django" in path.read_text()
]


@pytest.mark.parametrize("path", WITHOUT_DJANGO, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_that_says_so_knows_no_django(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    code = f"import sys, {module}; print(*[name for name in sys.modules if name == 'django'])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.returncode) == ("", 0), ran.stderr


def test_no_module_is_a_drawer():
    assert not [path for app in APPS for path in sources(app) if path.name in FORBIDDEN_NAMES]
