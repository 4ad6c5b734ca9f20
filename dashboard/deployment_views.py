"""The places where the service runs, side by side, from what was measured in the window."""

from collections import defaultdict
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.access import page
from dashboard.page import render_page
from dashboard.run_form import runs_context
from dashboard.scope import Scope, scope_of
from deployments.distribution import ecdf
from deployments.models import Deployment, LatencySample
from deployments.sentences import verdict
from deployments.statistics import Estimate
from deployments.summaries import QUANTILES, Summary, summarise

# Enough for p99; more of the newest would say no more and cost time.
SAMPLES_MAX = 20_000
QUANTILE_WORDS = [f"p{100 * quantile:.0f}" for quantile in QUANTILES]


class Row(NamedTuple):
    deployment: Deployment
    summary: Summary
    percentiles: list[Estimate]
    cold: Estimate
    server: Estimate
    last: LatencySample


@page
def deployments(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    rows = _rows(scope)
    context: dict[str, Any] = {
        "rows": rows,
        "quantiles": QUANTILE_WORDS,
        "unmeasured": Deployment.objects.exclude(pk__in=[row.deployment.pk for row in rows]),
        "sentences": verdict([row.summary for row in rows]),
        "chart": chart_of(rows),
        **runs_context(request),
    }
    return render_page(request, "dashboard/deployments.html", scope, "Deployments", **context)


@page
def deployments_json(request: HttpRequest) -> HttpResponse:
    rows = _rows(scope_of(request))
    sentences = verdict([row.summary for row in rows])
    return JsonResponse({"deployments": chart_of(rows), "verdict": sentences})


def _rows(scope: Scope) -> list[Row]:
    """Those measured in the window, by name."""
    samples = LatencySample.objects.between(scope.window.since, scope.window.until)
    by_deployment: dict[Deployment, list[LatencySample]] = defaultdict(list)
    for sample in samples.select_related("deployment").order_by("-sent_at")[:SAMPLES_MAX]:
        by_deployment[sample.deployment].append(sample)
    found = sorted(by_deployment.items(), key=lambda pair: pair[0].name)
    return [row_of(deployment, samples) for deployment, samples in found]


def row_of(deployment: Deployment, samples: list[LatencySample]) -> Row:
    summary = summarise(deployment.name, samples)
    warm = summary.warm
    percentiles = [warm.percentile(quantile) for quantile in QUANTILES]
    cold = summary.cold.percentile(0.5)
    server = summary.server.percentile(0.5)
    return Row(deployment, summary, percentiles, cold, server, samples[0])


def chart_of(rows: list[Row]) -> list[dict[str, Any]]:
    """A line for warm calls and one for cold starts of each deployment."""
    lines = []
    for row in rows:
        for word, group in (("warm", row.summary.warm), ("cold", row.summary.cold)):
            if group.latencies_ms:
                name = f"{row.deployment.name} {word}"
                lines.append({"name": name, "ecdf": ecdf(group.latencies_ms)})
    return lines
