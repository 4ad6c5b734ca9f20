"""What every page does before its view: log-in, permission, time zone, and errors as pages."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone

from dashboard.frame.query import BadQuery, query_string, zone_of
from dashboard.frame.window import with_offsets
from tracking.store.faults import refusal_of

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]
PERMISSION = "tracking.view_airequest"


def page(view: View) -> View:
    """Answers staff who may see AI requests; times are in the viewer's zone."""
    permitted = permission_required(PERMISSION, raise_exception=True)(_answering(view))
    return admin.site.admin_view(permitted)


def database_away(error: Exception) -> HttpResponse:
    """Rendered without the request, because even its user would be asked of the database."""
    refusal = refusal_of(error)
    if refusal is None:
        raise error
    logger.error("The database does not answer a page: %s", error)
    page = render_to_string("503.html", refusal.body)
    return HttpResponse(page, status=refusal.status, headers=refusal.headers)


def _answering(view: View) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            zone = zone_of(request)
            offsets = with_offsets(request.GET.dict(), zone)
            if offsets and not request.path.endswith((".json", ".csv")):
                return redirect(request.path + query_string(request, **offsets))
            with timezone.override(zone):
                return view(request, *args, **kwargs)
        except BadQuery as error:
            return _bad_query(request, error)

    return wrapper


def _bad_query(request: HttpRequest, error: BadQuery) -> HttpResponse:
    if request.path.endswith(".json"):
        return JsonResponse({"error": str(error)}, status=400)
    context = {**admin.site.each_context(request), "title": "That can't be shown", "error": error}
    return render(request, "dashboard/frame/bad_query.html", context, status=400)
