"""The overview, with its `.json` sibling."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.figures.sources import figures_over_time
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import scope_of
from dashboard.overview.cards import cards_of
from dashboard.overview.overview import overview_of, time_chart, top_of
from dashboard.overview.status import status_of
from tracking.store.periods import DAY

CHARTS = ("requests", "latency", "tokens", "cost")


@page
def overview(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    chart = request.GET.get("chart", CHARTS[0])
    if chart not in CHARTS:
        raise BadQuery(f"chart must be one of {', '.join(CHARTS)}.")
    shown = overview_of(scope.window, scope.labels, scope.now)
    status = status_of(scope.now, scope.window)
    context = {
        **shown._asdict(),
        "cards": cards_of(shown),
        "top_models": top_of(shown.models),
        "top_businesses": top_of(shown.businesses),
        "intents": list(shown.intents.items()),
        "status": status,
        "never": status["last_hour"] is None,
        "chart_words": CHARTS,
        "chart": chart,
        "verdict_format": "H:i" if scope.window.length <= DAY else "j M H:i",
        "base_url": request.build_absolute_uri("/").rstrip("/") + request.META["SCRIPT_NAME"],
        "key_needed": bool(settings.MLOPS_API_KEY),
    }
    return render_page(request, "dashboard/overview/overview.html", scope, "Overview", **context)


@page
def overview_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    buckets = figures_over_time(scope.window, scope.labels, scope.now)
    return JsonResponse(time_chart(scope.window, buckets))
