"""The places where the service runs, side by side, from what was measured in the window."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.deployments import box_plot, keep_warm, over_time
from dashboard.deployments.measured import (
    REPORTS_MAX,
    SAMPLES_MAX,
    measurements_of,
    tracked_requests,
)
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.query import text_of
from dashboard.frame.scope import Scope, scope_of
from dashboard.runs.form import runs_context, sent_form
from dashboard.runs.rows import QUANTILE_WORDS, chart_of
from deployments.statistics.sentences import verdict
from deployments.statistics.shares import CALLS_NEEDED

# What the page says of its own limits.
LIMITS = {
    "calls_max": SAMPLES_MAX,
    "reports_max": REPORTS_MAX,
    "share_needs": CALLS_NEEDED,
    "plot_needs": box_plot.CALLS_NEEDED,
}


@page
def deployments(request: HttpRequest) -> HttpResponse:
    """Also starts a run. What can't be started is shown again, with what is wrong."""
    sent = sent_form(request)
    if sent and sent.is_valid():
        # Tells the page to begin at once; a page that is loaded again asks first.
        return redirect(reverse("dashboard:run", args=[sent.start().pk]) + "#start")
    scope = scope_of(request)
    context = _figures(request, scope) | {
        **LIMITS,
        "quantiles": QUANTILE_WORDS,
        "tracked": tracked_requests(scope.window),
        **runs_context(request, sent),
    }
    return render_page(
        request, "dashboard/deployments/deployments.html", scope, "Deployments", **context
    )


@page
def deployments_json(request: HttpRequest) -> HttpResponse:
    figures = _figures(request, scope_of(request))
    return JsonResponse(
        {
            "path": figures["measurements"].path,
            "deployments": figures["chart"],
            "verdict": figures["sentences"],
            "over_time": figures["over_time"],
            "boxes": box_plot.as_json(figures["plot"]),
            "keep_warm": keep_warm.as_json(figures["keep_warm"]),
        }
    )


def _figures(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    measurements = measurements_of(scope.window, text_of(request.GET, "path"))
    rows, calls = measurements.rows, measurements.calls
    courses = over_time.courses_of(measurements, rows)
    return {
        "measurements": measurements,
        "rows": rows,
        "unmeasured": [one for one in measurements.deployments if one.pk not in calls],
        "sentences": verdict([row.summary for row in rows]),
        "chart": chart_of(rows, measurements.colours),
        "courses": courses,
        "over_time": over_time.chart_of(measurements.grid, courses),
        "plot": box_plot.box_plot(rows, measurements.colours),
        "keep_warm": keep_warm.sections_of(measurements),
    }
