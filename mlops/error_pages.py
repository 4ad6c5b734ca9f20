"""Errors that no view answered: the JSON error object, or Django's page for a browser."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_browser(request):
        return defaults.bad_request(request, exception)
    return JsonResponse({"error": "Bad request"}, status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_browser(request):
        return defaults.page_not_found(request, exception)
    return JsonResponse({"error": "Not found", "message": "GET / lists the endpoints."}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_browser(request):
        return defaults.server_error(request)
    return JsonResponse({"error": "Internal server error"}, status=500)


def is_browser(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")
