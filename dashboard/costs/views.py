"""What hosting costs a month, on Lambda and on EC2, at the user's own traffic."""

from dataclasses import asdict
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse

from dashboard.costs.form import form_of, pickers, price_rows
from dashboard.costs.starts import (
    Compared,
    Month,
    Start,
    compared_of,
    known_prices,
    month_use,
    starts_of,
    without_price,
)
from dashboard.frame.access import page
from dashboard.frame.page import render_page
from dashboard.frame.query import BadQuery
from dashboard.frame.scope import Scope, scope_of
from deployments.costs.bills import (
    Line,
    break_even,
    container_bill,
    curve,
    lambda_bill,
    point,
    span,
    total_usd,
)
from deployments.costs.prices import BY_NAME, Prices
from deployments.costs.scenario import Plans, Scenario, overridden_prices, scenario_of
from deployments.costs.sentences import cost_verdict, crossing, limits, reasons


class Asked(NamedTuple):
    """What the URL asks for, filled up with what is known."""

    scope: Scope
    compared: Compared
    starts: dict[str, Start]
    scenario: Scenario
    prices: Prices


@page
def costs(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    context = _answer(asked.scenario.plans, asked.prices)
    context |= form_of(request, asked.scenario, asked.starts, asked.prices)
    context |= {
        "scenario": asked.scenario,
        "compared": asked.compared,
        "nothing_known": not {"requests_per_day", "duration_ms"} & set(asked.starts),
        "unpriced_type": without_price(asked.compared, asked.prices),
        "pickers": pickers(asked.compared),
        "bills": _bills(asked.scenario.plans, asked.prices),
        "month": _month(asked),
        "price_rows": price_rows(request, asked.compared, asked.prices),
        "chips": [],
    }
    return render_page(request, "dashboard/costs/costs.html", asked.scope, "Costs", **context)


@page
def costs_json(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    month = _month(asked)
    answer = _answer(asked.scenario.plans, asked.prices)
    answer |= {"inputs": asdict(asked.scenario), "prices": asked.prices}
    answer["month"] = {**month._asdict(), "uses": [asdict(use) for use in month.uses]}
    return JsonResponse(answer)


def _asked(request: HttpRequest) -> Asked:
    scope, query = scope_of(request), request.GET.dict()
    compared = compared_of(query)
    known = known_prices(compared)
    starts = starts_of(scope, compared, known)
    values = {name: start.value for name, start in starts.items()}
    try:
        amounts = known | overridden_prices(query, known)
        return Asked(scope, compared, starts, scenario_of(query, values, amounts), amounts)
    except ValueError as error:
        raise BadQuery(str(error)) from error


def _month(asked: Asked) -> Month:
    return month_use(asked.compared, asked.scenario.plans, asked.prices, asked.scope.now)


def _answer(plans: Plans, prices: Prices) -> dict[str, Any]:
    found, here = break_even(plans, prices), point(plans, prices)
    lowest, highest = span(here.requests_per_day, found)
    points = curve(plans, prices, lowest=lowest, highest=highest)
    return {
        "verdict": cost_verdict(plans, prices),
        "crossing": crossing(found),
        "reasons": reasons(plans, found, prices),
        "limits": limits(plans, prices),
        "chart": {
            "points": [list(asdict(each).values()) for each in points],
            "break_even": found,
            "here": asdict(here),
        },
    }


def _bills(plans: Plans, prices: Prices) -> list[tuple[str, list[Any], float]]:
    """Each host's name, its lines with their prices, and their sum."""
    bills = (("Lambda", lambda_bill), ("Container on EC2", container_bill))
    return [_bill(name, bill(plans, prices), prices) for name, bill in bills]


def _bill(name: str, lines: list[Line], prices: Prices) -> tuple[str, list[Any], float]:
    priced = [(line, BY_NAME.get(line.price), prices[line.price]) for line in lines]
    return name, priced, total_usd(lines)
