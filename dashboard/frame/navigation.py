"""The pages of the left-hand side, in their order."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse


class Page(NamedTuple):
    word: str
    url: str
    current: bool


PAGES = {
    "Overview": "dashboard:overview",
    "Requests": "dashboard:requests",
    "Breakdown": "dashboard:breakdown",
    "Compare": "dashboard:compare",
    "Costs": "dashboard:costs",
    "Deployments": "dashboard:deployments",
}
# Runs belong to the deployments that they measured.
RUNS = "dashboard:runs"
ADMINISTRATION = "admin:index"


def navigation(request: HttpRequest) -> list[Page]:
    """What the user may see; the window and its zone are kept from page to page."""
    pages = []
    if request.user.has_perm("tracking.view_airequest"):
        pages = [_page(request, word, name) for word, name in PAGES.items()]
    return [*pages, _page(request, "Administration", ADMINISTRATION)]


def _page(request: HttpRequest, word: str, name: str) -> Page:
    url = reverse(name)
    here = request.path == url or (url != reverse("dashboard:overview") and _under(request, url))
    here = here or (word == "Deployments" and _under(request, reverse(RUNS)))
    return Page(word, url + (_kept(request) if name != ADMINISTRATION else ""), here)


def _under(request: HttpRequest, url: str) -> bool:
    return request.path.startswith(url)


def _kept(request: HttpRequest) -> str:
    kept = request.GET.copy()
    for name in list(kept):
        if name not in ("window", "since", "until", "tz"):
            del kept[name]
    return f"?{kept.urlencode()}" if kept else ""
