"""`make screenshots`: each page on desktop and phone, light and dark, empty and full.

Serves a demo database of its own, and an empty one, from build/screenshots. The overview goes
to docs/overview.png, which the README shows.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser

from tests.browser.chromium import chromium, log_in

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/screenshots"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PAGES = {
    "overview": "/dashboard/?window=7d",
    "latency-24h": "/dashboard/?window=24h",
    "requests": "/dashboard/requests/?window=7d",
    "requests-failed": "/dashboard/requests/?window=30d&failed=1",
    "request": "/dashboard/requests/100/",
    "request-beside": "/dashboard/requests/?window=30d&open=100",
    "breakdown": "/dashboard/breakdown/?window=30d&by=business",
    "business": "/dashboard/business/?window=30d&business=bright-smile-dental",
    "spend": "/dashboard/spend/?window=30d",
    "compare": "/dashboard/compare/?window=30d",
    "costs": "/dashboard/costs/?window=7d",
    "deployments": "/dashboard/deployments/?window=7d",
    "run": "/dashboard/runs/1/",
    "administration": "/admin/",
    "users": "/admin/auth/user/",
    "user": "/admin/auth/user/add/",
    "deployment": "/admin/deployments/deployment/add/",
}
EMPTY = ("overview", "requests", "breakdown", "spend", "compare", "costs", "deployments")
EMPTY_PAGES = {name: PAGES[name] for name in EMPTY}
# A run to show: the demo's own server, twice.
MEASURE = ["compare_latency", "--save", "-n", "80", "--target"]
PORT = 5099


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for state, pages in (("full", PAGES), ("empty", EMPTY_PAGES)):
            with serving(state) as url:
                for size in SIZES:
                    for scheme in ("light", "dark"):
                        take(browser, url, state, pages, size, scheme)
    shutil.copy(FOLDER / "overview-full-desktop-light.png", ROOT / "docs/overview.png")
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")


def take(
    browser: Browser, url: str, state: str, pages: dict[str, str], size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()
    page.goto("/admin/login/")
    page.screenshot(path=FOLDER / f"log-in-{size}-{scheme}.png")
    log_in(page)
    for name, path in pages.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-{state}-{size}-{scheme}.png", full_page=True)
    context.close()


@contextmanager
def serving(state: str) -> Iterator[str]:
    """The development server on a database of its own; ends with the block."""
    environment = _environment(state)
    for command in _preparations(state):
        _manage(command, environment)
    serve = ["runserver", "--noreload", f"127.0.0.1:{PORT}"]
    server = subprocess.Popen([sys.executable, "manage.py", *serve], cwd=ROOT, env=environment)
    try:
        url = f"http://127.0.0.1:{PORT}"
        _wait(url)
        if state == "full":
            _manage([*MEASURE, f"first={url}", "--target", f"second={url}"], environment)
        yield url
    finally:
        server.terminate()
        server.wait()


def _manage(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


def _environment(state: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{FOLDER / f'{state}.sqlite3'}",
        "ENVIRONMENT": "development",
        "DEBUG": "true",
        "LOG_LEVEL": "ERROR",
        "ADMIN_USERNAME": "ada",
        "ADMIN_PASSWORD": "lovelace",
    }


def _preparations(state: str) -> list[list[str]]:
    commands = [["migrate", "--verbosity", "0"], ["ensure_admin"]]
    return [*commands, ["demo_data"]] if state == "full" else commands


def _wait(url: str) -> None:
    for _ in range(100):
        try:
            urlopen(f"{url}/health").close()
            return
        except URLError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer.")


if __name__ == "__main__":
    main()
