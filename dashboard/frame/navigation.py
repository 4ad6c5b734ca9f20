"""The links of the left-hand side, in their order."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from dashboard.frame.query import FRAME, query_string


class Link(NamedTuple):
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


def navigation(request: HttpRequest) -> list[Link]:
    """What the user may see; the window and its zone are kept from page to page."""
    links = []
    if request.user.has_perm("tracking.view_airequest"):
        links = [_link(request, word, name) for word, name in PAGES.items()]
    return [*links, _link(request, "Administration", ADMINISTRATION)]


def _link(request: HttpRequest, word: str, name: str) -> Link:
    url = reverse(name)
    here = request.path == url or (url != reverse("dashboard:overview") and _under(request, url))
    here = here or (word == "Deployments" and _under(request, reverse(RUNS)))
    query = "" if name == ADMINISTRATION else query_string(request, *FRAME).removesuffix("?")
    return Link(word, url + query, here)


def _under(request: HttpRequest, url: str) -> bool:
    return request.path.startswith(url)
