"""The overview, with its `.json` siblings."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from alerts.rules.verdict import Verdict
from dashboard.figures.cards import cards_of
from dashboard.figures.sources import by_label_set, figures_over_time, source_of
from dashboard.figures.time_chart import chart_context, time_chart
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.scope import scope_of
from dashboard.overview.overview import overview_of, top_of
from dashboard.overview.status import status_of
from dashboard.overview.verdict import Line, as_json, causes_of, lines_of, verdict_at


@page
def overview(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    shown = overview_of(scope.window, scope.labels, scope.now)
    status = status_of(scope.now, scope.window)
    context = {
        **shown._asdict(),
        "cards": cards_of(shown.figures, shown.before, shown.words_before),
        "top_models": top_of(shown.models),
        "top_businesses": top_of(shown.businesses),
        "intents": list(shown.intents.items()),
        "status": status,
        "never": status["last_hour"] is None,
        **chart_context(request),
        **_verdict_words(shown.verdict, request, scope.now),
        "base_url": request.build_absolute_uri("/").rstrip("/") + request.META["SCRIPT_NAME"],
        "key_needed": bool(settings.MLOPS_API_KEY),
    }
    return render_page(request, "dashboard/overview/overview.html", scope, "Overview", **context)


@page
def verdict_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    causes = causes_of(by_label_set(source_of(scope.window, scope.labels)))
    verdict = verdict_at(scope.window, scope.labels, causes, scope.now)
    return JsonResponse(as_json(verdict, scope.now))


@page
def overview_json(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    buckets = figures_over_time(scope.window, scope.labels, scope.now)
    return JsonResponse(time_chart(scope.window, buckets))


def _verdict_words(
    verdict: Verdict | None, request: HttpRequest, now: datetime
) -> dict[str, list[Line]]:
    findings, over = (verdict.findings, verdict.over) if verdict else ([], [])
    return {"lines": lines_of(findings, request, now), "over": lines_of(over, request, now)}
