"""Whose Host header is checked: that of pages. The API's callers show a key instead."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from tracking.api import endpoints
from tracking.views import SERVER_METRICS


class HostOfPages(CommonMiddleware):
    """Django's, but for the API, which the WSGI shell before Django answers whatever its Host."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if endpoints.find(request.path_info) or request.path_info == SERVER_METRICS:
            return None
        return super().process_request(request)
