"""What hosting costs a month, on Lambda and on EC2, at the user's own traffic."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.access import page
from dashboard.errors import BadQuery
from dashboard.page import render_page
from dashboard.scope import Scope, scope_of
from dashboard.sources import source_of
from deployments.breakeven import break_even, curve, free_tier_use
from deployments.cost_sentences import cost_verdict, crossing, limits
from deployments.costs import container_cost, lambda_cost, total_usd
from deployments.models import LambdaReport
from deployments.prices import TABLE, prices
from deployments.scenarios import BOUNDS, CHOICES, Scenario, scenario_of


@page
def costs(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    known = _known(scope)
    context = _answer(_scenario(request, known))
    context |= {"known": known, "bounds": BOUNDS, "choices": CHOICES, "prices": TABLE}
    return render_page(request, "dashboard/costs.html", scope, "Costs", **context)


@page
def costs_json(request: HttpRequest) -> HttpResponse:
    answer = _answer(_scenario(request, _known(scope_of(request))))
    return JsonResponse({name: answer[name] for name in ("verdict", "crossing", "chart")})


def _known(scope: Scope) -> dict[str, Any]:
    """Of the window: requests a day as tracked, the rest as Lambda reported it."""
    window = scope.window
    days = (window.until - window.since).total_seconds() / 86_400
    tracked = source_of(window, {}).total("requests").requests
    usage = LambdaReport.objects.between(window.since, window.until).usage()
    known: dict[str, Any] = {}
    if tracked:
        known["requests_per_day"] = round(tracked / days, 1)
    if usage["invocations"] and usage["duration_ms"]:
        known["duration_ms"] = round(max(usage["duration_ms"], 1), 1)
        known["memory_mb"] = int(usage["memory_mb"] or 512)
        known["cold_share"] = round(usage["cold_starts"] / usage["invocations"], 4)
        known["init_ms"] = round(usage["init_ms"] or 0, 1)
    return known


def _scenario(request: HttpRequest, known: dict[str, Any]) -> Scenario:
    try:
        return scenario_of(request.GET.dict(), known)
    except ValueError as error:
        raise BadQuery(str(error)) from error


def _answer(scenario: Scenario) -> dict[str, Any]:
    amounts = prices()
    plans = (scenario.traffic, scenario.function, scenario.machines, amounts)
    function = lambda_cost(scenario.traffic, scenario.function, amounts)
    machines = container_cost(scenario.machines, amounts)
    return {
        "scenario": scenario,
        "verdict": cost_verdict(scenario, amounts),
        "crossing": crossing(scenario, amounts),
        "limits": limits(scenario),
        "bills": [("Lambda", function, total_usd(function))]
        + [("Container on EC2", machines, total_usd(machines))],
        "free_tier": free_tier_use(scenario.traffic, scenario.function, amounts),
        "chart": {
            "points": [list(vars(point).values()) for point in curve(*plans)],
            "break_even": break_even(*plans),
            "requests_per_day": scenario.requests_per_day,
        },
    }
