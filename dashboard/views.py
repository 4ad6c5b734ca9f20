"""The overview and the breakdowns, each with its `.json` sibling."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from dashboard import breakdown as breakdowns
from dashboard.access import page
from dashboard.buckets import figures_over_time
from dashboard.cards import cards_of
from dashboard.charts import time_chart
from dashboard.figures import Figures
from dashboard.overview import overview_of
from dashboard.page import render_page
from dashboard.scope import Scope, scope_of
from dashboard.status import status_of
from dashboard.top import top_of
from tracking.store.periods import DAY

CHARTS = ("requests", "latency", "tokens", "cost")


def to_overview(request: HttpRequest) -> HttpResponse:
    return redirect("dashboard:overview")


@page
def overview(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    found = overview_of(scope.window, scope.labels, scope.now)
    status = status_of(scope.now, scope.window)
    context = {
        **found._asdict(),
        "cards": cards_of(found, scope.window),
        "top_models": top_of(found.models),
        "top_businesses": top_of(found.businesses),
        "intents": list(found.intents.items()),
        "status": status,
        "never": status["last_hour"] is None,
        "chart_words": CHARTS,
        "verdict_format": "H:i" if scope.window.length <= DAY else "j M H:i",
        "base_url": request.build_absolute_uri("/").rstrip("/") + request.META["SCRIPT_NAME"],
        "key_needed": bool(settings.MLOPS_API_KEY),
    }
    return render_page(request, "dashboard/overview.html", scope, "Overview", **context)


@page
def overview_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    buckets = figures_over_time(scope.window, scope.labels, scope.now)
    return JsonResponse(time_chart(scope.window, buckets))


@page
def breakdown(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    by = request.GET.get("by", "model")
    order = request.GET.get("order", "requests")
    context = {
        "groups": list(_breakdown(scope, by, order).items()),
        "by": by,
        "order": order,
        "orders": breakdowns.ORDER_WORDS.items(),
        "dimensions": [(key, word) for key, (_, word) in breakdowns.BY.items()],
    }
    return render_page(request, "dashboard/breakdown.html", scope, "Breakdown", **context)


@page
def breakdown_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    by = request.GET.get("by", "model")
    groups = _breakdown(scope, by, request.GET.get("order", "requests"))
    found = [{by: name, **breakdowns.as_json(figures)} for name, figures in groups.items()]
    return JsonResponse({**scope.window.query, "by": by, "groups": found})


def _breakdown(scope: Scope, by: str, order: str) -> dict[str, Figures]:
    return breakdowns.breakdown_of(scope.window, scope.labels, by, order)
