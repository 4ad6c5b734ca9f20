"""The places where the service runs, side by side, from what was measured in the window."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.deployments import box_plot, keep_warm, over_time
from dashboard.deployments.measured import REPORTS_MAX, SAMPLES_MAX, find, tracked_requests
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.query import text_of
from dashboard.frame.scope import Scope, scope_of
from dashboard.runs.form import runs_context
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
    scope = scope_of(request)
    context = _figures(request, scope) | {
        **LIMITS,
        "quantiles": QUANTILE_WORDS,
        "tracked": tracked_requests(scope.window),
        **runs_context(request),
    }
    return render_page(
        request, "dashboard/deployments/deployments.html", scope, "Deployments", **context
    )


@page
def deployments_json(request: HttpRequest) -> HttpResponse:
    found = _figures(request, scope_of(request))
    return JsonResponse(
        {
            "path": found["found"].path,
            "deployments": found["chart"],
            "verdict": found["sentences"],
            "over_time": found["over_time"],
            "boxes": box_plot.as_json(found["plot"]),
            "keep_warm": keep_warm.as_json(found["keep_warm"]),
        }
    )


def _figures(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    found = find(scope.window, text_of(request.GET, "path"))
    rows = found.rows
    lines = over_time.lines_of(found, rows)
    return {
        "found": found,
        "rows": rows,
        "unmeasured": [one for one in found.deployments if one.pk not in found.calls],
        "sentences": verdict([row.summary for row in rows]),
        "chart": chart_of(rows, found.colours),
        "lines": lines,
        "over_time": over_time.chart_of(found.grid, lines),
        "plot": box_plot.box_plot(rows, found.colours),
        "keep_warm": keep_warm.compared(found),
    }
