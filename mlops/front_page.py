"""`GET /`: a browser goes to the dashboard, anything else gets JSON."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers

from mlops.error_pages import is_browser
from tracking import views


def front_page(request: HttpRequest) -> HttpResponse:
    browser = request.method in ("GET", "HEAD") and is_browser(request)
    response = redirect("dashboard:overview") if browser else views.api(request)
    patch_vary_headers(response, ["Accept"])
    return response
