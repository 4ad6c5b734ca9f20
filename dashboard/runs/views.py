"""Latency runs: each has a page, whose script asks for one sample after the other."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import dateformat
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from dashboard.figures.colours import colours_of
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.scope import scope_of
from dashboard.runs.form import PERMISSION
from dashboard.runs.progress import RunProgress, as_json, progress_of
from dashboard.runs.rows import QUANTILE_WORDS, chart_of, row_of
from deployments.measuring.browser_runs import stop_run, take_sample
from deployments.models import Deployment, LatencyRun
from deployments.statistics.sentences import verdict

may_measure = permission_required(PERMISSION, raise_exception=True)


@page
def runs(request: HttpRequest) -> HttpResponse:
    return redirect("dashboard:deployments")


@page
def run(request: HttpRequest, pk: int) -> HttpResponse:
    progress = progress_of(get_object_or_404(LatencyRun, pk=pk))
    title = f"Run of {dateformat.format(localtime(progress.run.started_at), 'j M Y H:i')}"
    context: dict[str, Any] = {"run": progress.run, "progress": progress}
    context |= {} if progress.run.open else _result(progress)
    return render_page(request, "dashboard/runs/run.html", scope_of(request), title, **context)


@page
def run_json(request: HttpRequest, pk: int) -> HttpResponse:
    progress = progress_of(get_object_or_404(LatencyRun, pk=pk))
    result = _result(progress)
    figures = {"verdict": result["sentences"], "ecdf": result["chart"]}
    return JsonResponse(as_json(progress) | figures)


@page
@require_POST
@may_measure
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one. On Lambda a private address is Lambda's own."""
    run = get_object_or_404(LatencyRun, pk=pk)
    taken = take_sample(run, private_allowed=not settings.ON_LAMBDA)
    run.refresh_from_db()
    return JsonResponse(as_json(progress_of(run), taken))


@page
@require_POST
@may_measure
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    stop_run(get_object_or_404(LatencyRun, pk=pk), f"Stopped by {request.user.get_username()}.")
    return redirect("dashboard:run", pk)


def _result(progress: RunProgress) -> dict[str, Any]:
    """What the Deployments page shows of a window, of this run alone."""
    rows = [row_of(one.deployment, one.samples) for one in progress.deployments if one.samples]
    return {
        "rows": rows,
        "quantiles": QUANTILE_WORDS,
        "sentences": verdict([row.summary for row in rows]),
        "chart": chart_of(rows, colours_of(Deployment.objects.only("pk"))),
    }
