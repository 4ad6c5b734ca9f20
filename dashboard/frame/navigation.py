"""The links of the left-hand side, in their order."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from dashboard.frame.query import FRAME, query_string
from dashboard.frame.scope import LABELS


class Link(NamedTuple):
    word: str
    url: str
    current: bool


PAGES = {
    "Overview": "dashboard:overview",
    "Requests": "dashboard:requests",
    "Breakdown": "dashboard:breakdown",
    "Compare": "dashboard:compare",
    "AI spend": "dashboard:spend",
    "Hosting costs": "dashboard:costs",
    "Deployments": "dashboard:deployments",
}
RUNS = "dashboard:runs"
# Those of single ones belong to the list of all, runs to the deployments that they measured.
BELOW = {"Breakdown": ("dashboard:business", "dashboard:model"), "Deployments": (RUNS,)}
# Not about requests: `deployment` is a host there, and a label of requests elsewhere.
OF_HOSTS = ("dashboard:costs", "dashboard:deployments", RUNS)
ADMINISTRATION = "admin:index"


def navigation(request: HttpRequest) -> list[Link]:
    """What the user may see; window, zone and filter are kept from page to page."""
    links = []
    if request.user.has_perm("tracking.view_airequest"):
        links = [_link(request, word, name) for word, name in PAGES.items()]
    return [*links, _link(request, "Administration", ADMINISTRATION)]


def _link(request: HttpRequest, word: str, name: str) -> Link:
    url = reverse(name)
    here = request.path == url or (url != reverse("dashboard:overview") and _under(request, url))
    here = here or any(_under(request, reverse(below)) for below in BELOW.get(word, ()))
    query = "" if name == ADMINISTRATION else _kept(request, name)
    return Link(word, url + query, here)


def is_about_hosts(request: HttpRequest) -> bool:
    """Such a page filters no requests, and hands a filter on."""
    return any(_under(request, reverse(name)) for name in OF_HOSTS)


def _kept(request: HttpRequest, name: str) -> str:
    labels = set(LABELS)
    if name in OF_HOSTS or is_about_hosts(request):
        labels -= {"deployment"}
    return query_string(request, *FRAME, *labels).removesuffix("?")


def _under(request: HttpRequest, url: str) -> bool:
    return request.path.startswith(url)
