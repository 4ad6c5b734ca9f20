"""What a viewer did that a page can't answer."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest


class BadQuery(Exception):
    """A parameter of the URL has no meaning; the message says what would have one."""


UTC_ZONE = ZoneInfo("UTC")


def zone_of(request: HttpRequest) -> ZoneInfo:
    """A name that isn't a known zone's is ignored: it comes from the client."""
    for name in (request.GET.get("tz", ""), request.COOKIES.get("tz", "")):
        if name in _names():
            return ZoneInfo(name)
    return UTC_ZONE


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
